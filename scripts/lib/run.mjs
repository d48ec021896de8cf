import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './paths.mjs';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] Working folder; the checkout's root by default.
 * @property {Record<string, string>} [env] Added to this process's environment.
 * @property {boolean} [show] Hand the terminal to the program instead of collecting its output.
 *
 * @typedef {{ code: number, output: string }} RunResult Exit code (128 + signal when killed), stdout and stderr together.
 */

/**
 * Runs a JavaScript program with this Node and waits for its end. Never throws for a non-zero exit code.
 * A SIGINT or SIGTERM that arrives meanwhile is passed on, and ends this process when the program has ended.
 * @param {string} file
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export const runNode = (file, args, options = {}) => run(process.execPath, [file, ...args], options);

/**
 * Like {@link runNode}, for any program.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions & { shell?: boolean }} [options]
 * @returns {Promise<RunResult>}
 */
export function run(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    shell: options.shell ?? false,
    stdio: options.show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });

  let output = '';
  const collect = (/** @type {string} */ chunk) => {
    output += chunk;
  };
  child.stdout?.setEncoding('utf8').on('data', collect);
  child.stderr?.setEncoding('utf8').on('data', collect);

  let stopping = false;
  const passOn = (/** @type {NodeJS.Signals} */ signal) => {
    stopping = true;
    child.kill(signal);
  };
  process.on('SIGINT', passOn).on('SIGTERM', passOn);

  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGINT', passOn).off('SIGTERM', passOn);
      const result = code ?? 128 + (signal ? constants.signals[signal] : 0);
      if (stopping) process.exit(result || 130);
      resolve({ code: result, output });
    });
  });
}
