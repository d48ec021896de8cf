import { cpus, loadavg, release, totalmem } from 'node:os';
import { canPin } from '../rig/pinned.process.js';

/** What the figures were made on. */
export interface Machine {
  processor: string;
  processors: number;
  memoryGB: number;
  kernel: string;
  node: string;
}

/** Above this somebody else works here; the load of the shell that starts the bench is below. */
const LOAD_MAX = 0.7;

/** The machine, and why its figures may mislead. */
export function describeMachine(): { machine: Machine; warnings: string[] } {
  const all = cpus();
  const warnings: string[] = [];
  if (!canPin)
    warnings.push('there is no taskset here: load and systems share processors, and figures mislead');
  if (all.length < 2) warnings.push('there is one processor: the load generator takes from the systems');
  const [load = 0] = loadavg();
  if (load > LOAD_MAX) {
    warnings.push(
      `the load was ${load.toFixed(2)} at the start: other work ran; what it disturbed was dropped`,
    );
  }
  return {
    warnings,
    machine: {
      processor: all[0]?.model ?? 'unknown',
      processors: all.length,
      memoryGB: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
      node: process.version,
    },
  };
}
