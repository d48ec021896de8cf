import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** An example that runs as a user would run it. */
export interface ExampleProcess {
  write(line: string): void;
  /** Resolves with everything printed once it contains the text, or more of it than before. */
  printed(text: string, deadlineMs?: number): Promise<string>;
  /** Asks it to end; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Starts a file of `examples/` in a folder of its own, from the sources of the client. */
export function startExample(
  name: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): ExampleProcess {
  const file = fileURLToPath(new URL(`../../../../examples/${name}`, import.meta.url));
  const flags = ['--conditions=@parley/source', '--import', import.meta.resolve('tsx')];
  const child: ChildProcess = spawn(process.execPath, [...flags, file, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  const waiting = new Set<() => void>();
  const collect = (chunk: Buffer) => {
    output += chunk.toString('utf8');
    for (const look of [...waiting]) look();
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));

  return {
    write: (line) => void child.stdin?.write(`${line}\n`),

    printed: (text, deadlineMs = 20_000) =>
      new Promise((resolve, reject) => {
        const fail = (reason: string) => reject(new Error(`${reason} instead of "${text}":\n${output}`));
        const timer = setTimeout(() => fail(`nothing within ${deadlineMs} ms`), deadlineMs);
        const look = () => {
          if (!output.includes(text)) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(output);
        };
        waiting.add(look);
        void exited.then((code) => {
          if (waiting.has(look)) fail(`exit ${code}`);
        });
        look();
      }),

    stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}
