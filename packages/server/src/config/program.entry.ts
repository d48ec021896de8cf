import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A program of ours that runs in a process of its own, and the options that Node needs for it. */
export interface ProgramEntry {
  path: string;
  execArgv: string[];
}

/**
 * Finds a program by its address without the extension. Compiled it is JavaScript; from source it is TypeScript and
 * runs through tsx.
 */
export function findProgramEntry(address: URL): ProgramEntry {
  const path = fileURLToPath(address);
  if (existsSync(`${path}.js`)) return { path: `${path}.js`, execArgv: [] };
  return { path: `${path}.ts`, execArgv: ['--import', resolveFromHere('tsx')] };
}

/** The same for a thread. Node 20 takes no loader among a thread's options: from source it starts with one that loads. */
export function findThreadEntry(address: URL): URL {
  const { path, execArgv } = findProgramEntry(address);
  if (execArgv.length === 0) return pathToFileURL(path);
  // `require` finds the twin for CommonJS, which does not register in a thread.
  const api = resolveFromHere('tsx/esm/api').replace(/\.cjs$/, '.mjs');
  const code = `import { register } from '${api}'; register(); await import('${pathToFileURL(path).href}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

function resolveFromHere(name: string): string {
  return pathToFileURL(createRequire(import.meta.url).resolve(name)).href;
}
