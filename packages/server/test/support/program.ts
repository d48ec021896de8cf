import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const loader = import.meta.resolve('tsx');

/** The server as a process of its own, which a test can signal. */
export interface Program {
  child: ChildProcess;
  /** What it wrote so far. */
  output: () => string;
  exit: Promise<number | null>;
  /** Resolves once the output matches; rejects when the program ends before. */
  until: (pattern: RegExp) => Promise<RegExpExecArray>;
}

/** Starts the server as a person does, from a folder of its own, on a free port. The test ends it. */
export function startProgram(folder: string, env: Record<string, string> = {}, args: string[] = []): Program {
  const child = spawn(process.execPath, ['--conditions=@parley/source', '--import', loader, main, ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      TMPDIR: process.env['TMPDIR'],
      HOST: '127.0.0.1',
      PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => {
      output += data;
      for (const listener of listeners) listener();
    });
  }
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  const program: Program = {
    child,
    output: () => output,
    exit,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output);
          if (match !== null) resolve(match);
        };
        listeners.add(look);
        look();
        void exit.then((code) => reject(new Error(`ended with ${code} before ${pattern}:\n${output}`)));
      }),
  };
  return program;
}
