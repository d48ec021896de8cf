import { pause } from '../../chaos/rig/pause.js';
import { readMachineTime, readProcessTime } from './processor.time.js';
import type { System } from './system.js';

/**
 * Share of one processor that others may use during a window. The kernel's own threads and a shell are below 2 in
 * 100, a compiler or a test beside the bench is near 100.
 */
export const FOREIGN_SHARE_MAX = 0.15;

/** A stretch of time and what it took. Times of processes are in microseconds. */
export interface WindowTimes {
  seconds: number;
  server: number;
  engine: number;
  /** Share of one processor that the load generator used. */
  generatorShare: number;
  /** Share of one processor that others used. */
  foreignShare: number;
}

/** The processes of the system that is measured, and those of ours that rest meanwhile. */
export interface Watched {
  server: number | undefined;
  engine: number | undefined;
  others: readonly number[];
}

/** Lets time pass, or work be done, and measures what the processes took. */
export async function watchWindow(
  during: number | (() => Promise<unknown>),
  watched: Watched,
): Promise<WindowTimes> {
  const start = performance.now();
  const before = readAll(watched);
  await (typeof during === 'number' ? pause(during * 1_000) : during());
  const after = readAll(watched);
  const seconds = (performance.now() - start) / 1_000;
  const foreign = after.machine - before.machine - (after.ours - before.ours);
  return {
    seconds,
    server: after.server - before.server,
    engine: after.engine - before.engine,
    generatorShare: (after.generator - before.generator) / (seconds * 1e6),
    foreignShare: foreign / (seconds * 1e6),
  };
}

const timeOf = (id: number | undefined) => (id === undefined ? 0 : readProcessTime(id));

function readAll({ server, engine, others }: Watched) {
  const times = { server: timeOf(server), engine: timeOf(engine), generator: readProcessTime(process.pid) };
  const resting = others.reduce((sum, id) => sum + readProcessTime(id), 0);
  return {
    ...times,
    machine: readMachineTime(),
    ours: times.server + times.engine + times.generator + resting,
  };
}

/** A system that uses less than this share of a processor has nothing left to do. */
const IDLE_SHARE = 0.04;
const IDLE_STEP_MS = 500;
const IDLE_WITHIN_STEPS = 60;

/** Waits, up to 30 s, for work that was put off, such as the index of words; says what it took in microseconds. */
export async function waitUntilIdle({ processes }: System): Promise<{ server: number; engine: number }> {
  const read = () => ({ server: timeOf(processes.server), engine: timeOf(processes.engine) });
  const start = read();
  let last = start;
  for (let step = 0; step < IDLE_WITHIN_STEPS; step += 1) {
    await pause(IDLE_STEP_MS);
    const now = read();
    const used = now.server + now.engine - last.server - last.engine;
    last = now;
    if (used < IDLE_SHARE * IDLE_STEP_MS * 1_000) break;
  }
  return { server: last.server - start.server, engine: last.engine - start.engine };
}
