/**
 * A thread that does one bcrypt at a time for the password service. On a thread of its own a hash takes no turn of
 * the pool that serves files and DNS, and it can give way to those who chat (docs/decisions/0007).
 */
import { platform, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import bcrypt from 'bcrypt';
import type { HashJob, HashResult } from './password.threads.js';

/**
 * With nice 5 a thread gets a third of what a thread at 0 gets of a core that both want (sched(7)), so a hash still
 * comes to its end on a machine that has no core to spare. Nice 10, a tenth, was no better for those who chat.
 */
const NICE = 5;

// On Linux the priority is the calling thread's; elsewhere it is the whole server's.
if (platform() === 'linux') setPriority(NICE);

const port = parentPort;
port?.on('message', (job: HashJob) => {
  const value =
    job.hash === undefined ? bcrypt.hashSync(job.digest, job.cost) : bcrypt.compareSync(job.digest, job.hash);
  port.postMessage({ value } satisfies HashResult);
});
