// npm run dev: the server from its source, started anew on every change, and the web app rebuilt as it changes.
import './lib/require-node.mjs';
import { spawn } from 'node:child_process';
import { forgetWebBuild, hasWebApp } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { bin, inRoot, root, sourceCondition } from './lib/paths.mjs';
import { runMain } from './lib/step.mjs';

await runMain(ensureInstalled);

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
let stopping = false;

watch(
  'server',
  [bin.tsx, 'watch', '--clear-screen=false', inRoot('packages/server/src/main.ts'), ...process.argv.slice(2)],
  root,
);
if (hasWebApp()) {
  forgetWebBuild();
  const args = [bin.vite, 'build', '--watch', '--mode', 'development', '--logLevel', 'warn'];
  watch('web', args, inRoot('packages/web'));
}

process.on('SIGINT', stop).on('SIGTERM', stop);

/**
 * Starts a watching program in a process group of its own, so that a Ctrl-C does not reach it both from the
 * terminal and from us. When one ends, so do the others.
 * @param {string} name
 * @param {string[]} args
 * @param {string} cwd
 */
function watch(name, args, cwd) {
  const NODE_OPTIONS = `${process.env['NODE_OPTIONS'] ?? ''} --conditions=${sourceCondition}`.trim();
  const child = spawn(process.execPath, args, {
    cwd,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_OPTIONS },
  });
  running.add(child);
  child.once('exit', (code) => {
    running.delete(child);
    if (!stopping) console.error(`The ${name} watcher ended with code ${code}.`);
    process.exitCode ||= code ?? 0;
    stop();
  });
}

/** Asks every child to end, once: npm and the terminal both deliver a Ctrl-C. */
function stop() {
  if (stopping) return;
  stopping = true;
  for (const child of running) child.kill('SIGTERM');
}
