import { readFileSync } from 'node:fs';

/** Microseconds of one tick of the kernel's clock for processes (USER_HZ is 100 on every Linux architecture we run on). */
const TICK_US = 10_000;

/** Processor time that a process has used, its children apart, in microseconds; 0 once it is gone. */
export function readProcessTime(processId: number): number {
  try {
    const text = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The second field is the name, which may have spaces and brackets in it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_US;
  } catch {
    return 0;
  }
}

/** Processor time that the whole machine has used, in microseconds, with what the hypervisor took from it. */
export function readMachineTime(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_US;
}

/** Resident memory of a process in bytes. */
export function readResidentBytes(processId: number): number {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8'));
  return Number(line?.[1] ?? Number.NaN) * 1_024;
}
