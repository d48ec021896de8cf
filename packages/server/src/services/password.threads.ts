import { Worker } from 'node:worker_threads';
import { findThreadEntry } from '../config/program.entry.js';

/** What a thread is asked: to compare with `hash`, or to make a hash of this cost. */
export type HashJob = { digest: string; cost: number; hash?: undefined } | { digest: string; hash: string };

/** The new hash, or whether the digest fits the one that was given. */
export interface HashResult {
  value: string | boolean;
}

/** Threads for hashing; one job at a time each. */
export interface PasswordThreads {
  run(job: HashJob): Promise<HashResult['value']>;
  /** Ends the threads; what they are at is lost. */
  close(): Promise<void>;
}

const ENDED = 'the thread that hashes passwords ended';

/**
 * Starts a thread when a job finds none that is idle, so there are as many as there were jobs at once: the caller
 * bounds them. They keep no process alive.
 */
export function createPasswordThreads(): PasswordThreads {
  const entry = findThreadEntry(new URL('./password.worker', import.meta.url));
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  let isClosed = false;

  function start(): Worker {
    const worker = new Worker(entry, { execArgv: [] });
    all.add(worker);
    worker.once('exit', () => {
      all.delete(worker);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    });
    return worker;
  }

  return {
    run(job) {
      if (isClosed) return Promise.reject(new Error(ENDED));
      const worker = idle.pop() ?? start();
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
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}
