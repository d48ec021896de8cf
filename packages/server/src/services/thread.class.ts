import { spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { platform } from 'node:os';

/**
 * Linux's classes of scheduling (sched(7)): threads of `idle` run where a processor has nothing else to do, and give it
 * up at once; a thread of `other` that wakes up waits for the slice of the one that runs, however nice that is.
 */
export type ThreadClass = 'idle' | 'other';

/** The calling thread's id to the kernel; 0 where threads cannot be told apart by one. */
export function readThreadId(): number {
  if (platform() !== 'linux') return 0;
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch {
    return 0;
  }
}

/**
 * Puts a thread of this process into a class, some milliseconds later. Node has no call for it, so it takes `chrt`, which
 * Debian and most others have (util-linux); where there is none, nothing happens.
 */
export function setThreadClass(threadId: number, to: ThreadClass): void {
  if (threadId === 0) return;
  const child = spawn('chrt', [to === 'idle' ? '-i' : '-o', '-p', '0', String(threadId)], {
    stdio: 'ignore',
  });
  child.on('error', () => undefined);
  child.unref();
}
