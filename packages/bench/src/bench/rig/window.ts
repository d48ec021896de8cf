import { pause } from '../../chaos/rig/pause.js';
import { readMachineTime, readProcessTime } from './processor.time.js';

/**
 * Share of one processor that others may use during a window. The kernel's own work and the shell's are below 2 in
 * 100; a compiler or a test beside the bench is near 100.
 */
const FOREIGN_SHARE_MAX = 0.06;

/** A stretch of time and what it took. Times of processes are in microseconds. */
export interface WindowTimes {
  seconds: number;
  /** By the names that were given. */
  processes: Record<string, number>;
  /** Share of one processor that the load generator used. */
  generatorShare: number;
  /** Share of one processor that processes of others used. */
  foreignShare: number;
  /** Others used so much that the window says nothing. */
  isDisturbed: boolean;
}

/** Which processes are watched by name, and which others are ours all the same. */
export interface Watched {
  named: Record<string, number | undefined>;
  others: readonly number[];
}

/** Lets time pass and measures what the processes took. */
export async function watchWindow(seconds: number, watched: Watched): Promise<WindowTimes> {
  const start = performance.now();
  const before = readAll(watched);
  await pause(seconds * 1_000);
  const after = readAll(watched);
  const took = (performance.now() - start) / 1_000;
  const processes = Object.fromEntries(
    Object.keys(before.named).map((name) => [name, (after.named[name] ?? 0) - (before.named[name] ?? 0)]),
  );
  const ours = sumOf(after) - sumOf(before);
  const foreignShare = Math.max(0, (after.machine - before.machine - ours) / (took * 1e6));
  return {
    seconds: took,
    processes,
    generatorShare: (after.generator - before.generator) / (took * 1e6),
    foreignShare,
    isDisturbed: foreignShare > FOREIGN_SHARE_MAX,
  };
}

function readAll({ named, others }: Watched) {
  return {
    machine: readMachineTime(),
    generator: readProcessTime(process.pid),
    named: Object.fromEntries(
      Object.entries(named).map(([name, id]) => [name, id === undefined ? 0 : readProcessTime(id)]),
    ),
    others: others.reduce((sum, id) => sum + readProcessTime(id), 0),
  };
}

const sumOf = ({ generator, named, others }: ReturnType<typeof readAll>) =>
  generator + others + Object.values(named).reduce((sum, time) => sum + time, 0);
