/**
 * A thread that does one bcrypt at a time for the password service. On a thread of its own a hash takes no turn of
 * the pool that serves files and DNS, and it can give way to those who chat (docs/decisions/0007).
 */
import { platform, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import bcrypt from 'bcrypt';
import type { HashJob, HashResult, HashThreadData } from './password.threads.js';

const { nice } = workerData as HashThreadData;

// On Linux the priority is the calling thread's; elsewhere it is the whole server's.
if (platform() === 'linux') setPriority(nice);

const port = parentPort;
port?.on('message', (job: HashJob) => {
  const value =
    job.hash === undefined ? bcrypt.hashSync(job.digest, job.cost) : bcrypt.compareSync(job.digest, job.hash);
  port.postMessage({ value } satisfies HashResult);
});
