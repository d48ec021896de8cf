import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ChildOrder } from '../mutants/child.order.js';
import { waitUntil } from './pause.js';

const repository = fileURLToPath(new URL('../../../../../', import.meta.url));
/** The server as people start it. */
const MAIN = join(repository, 'packages/server/dist/main.js');
/** The same server with a hook; see mutants/. Compiled, wherever this file runs from. */
const CHILD = join(repository, 'packages/bench/dist/chaos/mutants/server.child.js');
const CLOCK = join(repository, 'packages/bench/dist/chaos/rig/clock.preload.js');

export interface ServerProcessOptions {
  port: number;
  /** Folder of the data; logs go to `logs` in `folder`. */
  dataDir: string;
  folder: string;
  /** Started through the entry of this package, with these changes; without it as `npm start` does. */
  order?: ChildOrder;
  /** A file whose number of milliseconds is added to the server's clock. */
  clockFile?: string;
  env?: Record<string, string>;
}

/** One server with its engine, which can be hurt and started again on the same port and data. */
export interface ServerProcess {
  readonly port: number;
  /** Starts it if it does not run, and waits until requests can be served. */
  start(): Promise<void>;
  isRunning(): boolean;
  processId(): number;
  engineId(): number | undefined;
  /** Sends a signal to the server or its engine; a process that is gone is no error. */
  signal(target: 'server' | 'engine', name: NodeJS.Signals): void;
  /** Resolves when the server process has ended. */
  exited(): Promise<void>;
  /** Asks the child entry something; only with `order`. */
  ask<T>(question: object): Promise<T>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** What it printed last, to explain a start that failed. */
  lastWords(): string;
}

/** Describes a server; nothing runs before `start`. */
export function createServerProcess(options: ServerProcessOptions): ServerProcess {
  const { port, dataDir, folder, order, clockFile } = options;
  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  let words = '';
  let questions = 0;

  function launch(): ChildProcess {
    const entry = order === undefined ? MAIN : CHILD;
    if (!existsSync(entry)) throw new Error(`${entry} is missing: run npm run build`);
    mkdirSync(join(folder, 'logs'), { recursive: true });
    const preload = clockFile === undefined ? [] : ['--import', pathToFileURL(CLOCK).href];
    const launched = spawn(
      process.execPath,
      [...preload, entry, ...(order === undefined ? [] : [JSON.stringify(order)])],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: {
          PATH: process.env['PATH'] ?? '',
          ...(process.env['HOME'] !== undefined && { HOME: process.env['HOME'] }),
          ...(process.env['XDG_CACHE_HOME'] !== undefined && {
            XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
          }),
          NODE_ENV: 'test',
          HOST: '127.0.0.1',
          PORT: String(port),
          DATA_DIR: dataDir,
          LOG_DIR: join(folder, 'logs'),
          // The harness signs in many users from one address.
          RATE_LIMIT_MAX_REQUESTS: '1000000',
          ...(clockFile !== undefined && { PARLEY_CHAOS_CLOCK: clockFile }),
          ...options.env,
        },
      },
    );
    const keep = (chunk: Buffer) => {
      words = (words + String(chunk)).slice(-2_000);
    };
    launched.stdout?.on('data', keep);
    launched.stderr?.on('data', keep);
    // A harness that is ended leaves no server behind; the engine leaves with its server.
    const endWithHarness = () => void launched.kill('SIGKILL');
    process.once('exit', endWithHarness);
    ended = new Promise((resolve) => {
      launched.once('exit', () => {
        process.off('exit', endWithHarness);
        resolve();
      });
      launched.once('error', () => resolve());
    });
    return launched;
  }

  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  /** From the note that the server keeps beside its data, for those who come after it. */
  function engineId(): number | undefined {
    for (const name of readdirSync(dataDir)) {
      if (!name.endsWith('.owner.json')) continue;
      try {
        const owner = JSON.parse(readFileSync(join(dataDir, name), 'utf8')) as { engineProcessId?: number };
        if (owner.engineProcessId !== undefined) return owner.engineProcessId;
      } catch {
        // Being written at this moment.
      }
    }
    return undefined;
  }

  return {
    port,
    async start() {
      if (!isRunning()) child = launch();
      await waitUntil(
        'the server',
        async () => {
          if (!isRunning()) throw new Error(`the server ended: ${words}`);
          const answer = await fetch(`http://127.0.0.1:${port}/api/health/ready`, {
            signal: AbortSignal.timeout(2_000),
          }).catch(() => undefined);
          await answer?.arrayBuffer().catch(() => undefined);
          return answer?.status === 200;
        },
        60_000,
        40,
      );
    },
    isRunning,
    processId: () => child?.pid ?? 0,
    engineId,
    signal(target, name) {
      const id = target === 'server' ? child?.pid : engineId();
      if (id === undefined || (target === 'server' && !isRunning())) return;
      try {
        process.kill(id, name);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    },
    exited: () => ended,
    ask<T>(question: object): Promise<T> {
      questions += 1;
      const id = questions;
      return new Promise((resolve, reject) => {
        const onMessage = (message: unknown) => {
          const { answerTo, result, error } = message as { answerTo: number; result: T; error?: string };
          if (answerTo !== id) return;
          child?.off('message', onMessage);
          if (error === undefined) resolve(result);
          else reject(new Error(error));
        };
        child?.on('message', onMessage);
        void ended.then(() => reject(new Error('the server ended before it answered')));
        child?.send({ id, ...question });
      });
    },
    async stop() {
      if (!isRunning()) return;
      child?.kill('SIGCONT');
      child?.kill('SIGTERM');
      const force = setTimeout(() => child?.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(force);
    },
    lastWords: () => words,
  };
}
