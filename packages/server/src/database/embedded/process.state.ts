import { readFileSync } from 'node:fs';

/** Whether a process with this id runs, another user's included. */
export function isProcessAlive(processId: number): boolean {
  if (!Number.isInteger(processId) || processId <= 0) return false;
  try {
    process.kill(processId, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return !isZombie(processId);
}

/** Dead, but not yet collected by its parent. In a container whose first process collects nobody it stays like that. */
function isZombie(processId: number): boolean {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // "pid (name) state ...", and the name may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false; // No /proc on this system.
  }
}
