import { build, type Histogram } from 'hdr-histogram-js';
import type { Random } from '../../chaos/random.js';
import type { PairLoad } from './pair.load.js';

/** What a stretch of open-loop load showed. Times are microseconds. */
export interface OpenLoopResult {
  delivery: Histogram;
  ack: Histogram;
  /** How late the generator was in sending: latencies hold it, and hide nothing. */
  lateness: Histogram;
}

export interface OpenLoopOptions {
  ratePerSecond: number;
  seconds: number;
  random: Random;
}

/** A minute is more than any message may take. */
const HIGHEST_US = 60_000_000;
/** A user's messages whose times are remembered, a power of two. */
const REMEMBERED = 4_096;

/**
 * Sends at moments that do not depend on answers, as people do (a Poisson process, users picked at random), and times
 * each message from the moment it was meant for: a server that stalls is charged for everybody who had to wait
 * (coordinated omission). The generator spins: a timer would be a millisecond late.
 */
export async function runOpenLoop(
  load: PairLoad,
  { ratePerSecond, seconds, random }: OpenLoopOptions,
): Promise<OpenLoopResult> {
  const result = { delivery: createHistogram(), ack: createHistogram(), lateness: createHistogram() };
  const intended = Array.from({ length: load.users }, () => new Float64Array(REMEMBERED));
  const since = (sender: number, n: number) =>
    (performance.now() - (intended[sender]?.[n % REMEMBERED] as number)) * 1_000;
  load.listen({
    onAcked: (sender, n) => record(result.ack, since(sender, n)),
    onDelivered: (sender, n) => record(result.delivery, since(sender, n)),
  });
  const meanMs = 1_000 / ratePerSecond;
  const start = performance.now();
  const end = start + seconds * 1_000;
  let due = start + drawWait(random, meanMs);
  await new Promise<void>((resolve) => {
    const step = () => {
      const now = performance.now();
      while (due <= now && due < end) {
        const user = random.between(0, load.users - 1);
        const n = load.send(user);
        (intended[user] as Float64Array)[n % REMEMBERED] = due;
        record(result.lateness, (now - due) * 1_000);
        due += drawWait(random, meanMs);
      }
      if (due >= end && now >= end) resolve();
      else setImmediate(step);
    };
    step();
  });
  await load.drain();
  load.listen(undefined);
  return result;
}

/** Waits between independent events are exponentially distributed. */
const drawWait = (random: Random, meanMs: number) => -Math.log(1 - random.next()) * meanMs;

function createHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });
}

function record(histogram: Histogram, microseconds: number): void {
  histogram.recordValue(Math.min(HIGHEST_US, Math.max(1, Math.round(microseconds))));
}
