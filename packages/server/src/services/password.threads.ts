import { Worker } from 'node:worker_threads';
import { findThreadEntry } from '../config/program.entry.js';

/** What a thread is asked: to compare with `hash`, or to make a hash of this cost. */
export type HashJob = { digest: string; cost: number; hash?: undefined } | { digest: string; hash: string };

/** The new hash, or whether the digest fits the one that was given. */
export interface HashResult {
  value: string | boolean;
}

/** What a thread is started with. */
export interface HashThreadData {
  /** Its niceness, 0 to 19, where a thread has one of its own (Linux). */
  nice: number;
}

/** Threads for hashing; one job at a time each. */
export interface PasswordThreads {
  run(job: HashJob): Promise<HashResult['value']>;
  /** Ends the threads; what they are at is lost. */
  close(): Promise<void>;
}

const ENDED = 'the thread that hashes passwords ended';

export interface PasswordThreadsOptions extends HashThreadData {
  /** How long a thread waits for another job, in milliseconds; default a minute. */
  idleMs?: number;
}

/** A thread holds 12 to 15 MB (measured), and most of the time nobody signs in. */
const IDLE_MS = 60_000;

/**
 * Starts a thread when a job finds none that is idle, so there are as many as there were jobs at once: the caller
 * bounds them. One that has had nothing to do for `idleMs` ends. They keep no process alive.
 */
export function createPasswordThreads({ nice, idleMs = IDLE_MS }: PasswordThreadsOptions): PasswordThreads {
  const entry = findThreadEntry(new URL('./password.worker', import.meta.url));
  const idle: Worker[] = [];
  const endings = new WeakMap<Worker, NodeJS.Timeout>();
  const all = new Set<Worker>();
  let isClosed = false;

  function start(): Worker {
    const worker = new Worker(entry, { execArgv: [], workerData: { nice } satisfies HashThreadData });
    all.add(worker);
    // Whoever has a job there is told; one that fails without a job is no reason for the server to fall.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      all.delete(worker);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    });
    return worker;
  }

  /** Out of the queue first: a job that comes now must not be given to it. */
  function end(worker: Worker): Promise<number> {
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    return worker.terminate();
  }

  return {
    run(job) {
      if (isClosed) return Promise.reject(new Error(ENDED));
      const worker = idle.pop() ?? start();
      clearTimeout(endings.get(worker));
      worker.ref();
      return new Promise((resolve, reject) => {
        const settle = (finish: () => void) => {
          worker.off('message', onMessage).off('error', onError).off('exit', onExit);
          worker.unref();
          finish();
        };
        const onMessage = ({ value }: HashResult) =>
          settle(() => {
            idle.push(worker);
            endings.set(worker, setTimeout(() => void end(worker), idleMs).unref());
            resolve(value);
          });
        // A thread that failed ends; the next job starts another one.
        const onError = (error: Error) => settle(() => reject(error));
        const onExit = () => settle(() => reject(new Error(ENDED)));
        worker.once('message', onMessage).once('error', onError).once('exit', onExit);
        worker.postMessage(job);
      });
    },
    async close() {
      isClosed = true;
      await Promise.all([...all].map(end));
    },
  };
}
