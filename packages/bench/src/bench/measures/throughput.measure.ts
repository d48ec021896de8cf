import { pause } from '../../chaos/rig/pause.js';
import { openPairLoad, type PairLoad } from '../load/pair.load.js';
import { withProfile } from '../rig/profile.js';
import type { System } from '../rig/system.js';
import { FOREIGN_SHARE_MAX, waitUntilIdle, watchWindow } from '../rig/window.js';
import type { Bench } from './measure.js';

/** A window that is always disturbed is tried this often. */
const TRIES = 3;
/** A generator that is busier than this may be what is measured. */
const GENERATOR_SHARE_MAX = 0.92;
/**
 * A relay that used less of its processor than this was not saturated: it stood still for a part of the window, and its
 * rate would flatter whatever is compared with it. Seen as half of the usual rate at the usual time a message.
 */
const RELAY_BUSY_SHARE_MIN = 0.85;

/**
 * It begins everything at once and answers in waves: with more than this unanswered, a window shows a wave or the time
 * between two, and no rate.
 */
const TUTORIAL_OUTSTANDING = [1];

type PairSettings = Bench['sizes']['throughput']['pairs'][number];

/** One window of one system. */
interface RateWindow {
  perSecond: number;
  /** Microseconds of processor time a message. */
  server: number;
  engine: number;
  generator: number;
  generatorShare: number;
  foreignShare: number;
}

/**
 * Saturation: everybody keeps a number of messages unanswered and sends the next one when an answer comes. The systems
 * take turns, so that all see the same machine.
 */
export async function measureThroughput(bench: Bench): Promise<void> {
  for (const pairs of bench.sizes.throughput.pairs) await measurePairs(bench, pairs);
}

async function measurePairs(bench: Bench, { users, outstanding }: PairSettings): Promise<void> {
  const { figures, show, sizes } = bench;
  // The variant with many chats is about Parley's heads and batches; one peer is enough to compare with.
  const isMany = users > (sizes.throughput.pairs[0]?.users ?? 0);
  const loads = new Map<System, { load: PairLoad; messages: number }>();
  try {
    for (const system of await bench.fleet.shared()) {
      if (isMany && system.name !== 'parley' && system.name !== 'socket.io relay') continue;
      show(`${system.name}: ${users} users connect`);
      const load = await openLoad(system, users);
      loads.set(system, { load, messages: 0 });
      const { messages } = await findBest(bench, system, load, outstanding);
      loads.set(system, { load, messages });
    }
    for (let round = 0; round < sizes.throughput.windows; round += 1) {
      for (const [system, { load, messages }] of loads) {
        const plan = {
          key: `saturation.${users}`,
          what: `saturation, ${users} users in pairs`,
          messages,
          ...sizes.throughput,
        };
        // The last round is the one that is profiled.
        const folder = round === sizes.throughput.windows - 1 ? bench.profileFolder : undefined;
        const rate = await withProfile(folder, system, `saturation-${users}`, () =>
          watchSaturation(bench, system, load, plan),
        );
        if (rate !== undefined)
          show(
            `${system.name}, ${users} users: ${Math.round(rate)} messages/s (${messages} outstanding each)`,
          );
      }
    }
    for (const [system, { load }] of loads) {
      figures.addLoad(`saturation, ${users} users`, system.name, load.verdict());
    }
  } finally {
    for (const { load } of loads.values()) load.close();
  }
}

/** New users of a system, connected. */
export async function openLoad(system: System, users: number): Promise<PairLoad> {
  return openPairLoad({ port: system.port, wire: system.wire, users: await system.makeUsers(users) });
}

/** The number of unanswered messages with the highest rate, by a short look at each; it also opens the chats. */
async function findBest(
  bench: Bench,
  system: System,
  load: PairLoad,
  outstanding: readonly number[],
): Promise<{ messages: number; rate: number }> {
  const { seconds, warmSeconds } = bench.sizes.throughput;
  const numbers = system.name === 'tutorial server' ? TUTORIAL_OUTSTANDING : outstanding;
  let best = { messages: numbers[0] as number, rate: 0 };
  for (const messages of numbers) {
    const { perSecond } = await watchRate(bench, system, load, {
      messages,
      warmSeconds,
      seconds: seconds / 2,
    });
    if (perSecond > best.rate) best = { messages, rate: perSecond };
  }
  await waitUntilIdle(system);
  return best;
}

/** What a window of saturation is called, and how much is sent. */
export interface SaturationPlan {
  key: string;
  what: string;
  /** Unanswered ones of each user. */
  messages: number;
  seconds: number;
  warmSeconds: number;
}

/** Adds a window's figures; undefined when every try was disturbed. */
export async function watchSaturation(
  bench: Bench,
  system: System,
  load: PairLoad,
  { key, what, messages, seconds, warmSeconds }: SaturationPlan,
): Promise<number | undefined> {
  const { figures } = bench;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const before = load.totals().acked;
    const window = await watchRate(bench, system, load, { messages, warmSeconds, seconds });
    const after = await waitUntilIdle(system);
    if (!noteWindow(bench, window)) continue;
    // With an engine, a system may wait for the disk.
    const busyShare = (window.server * window.perSecond) / 1e6;
    if (system.processes.engine === undefined && busyShare < RELAY_BUSY_SHARE_MIN) {
      const complaint = `${what}, ${system.name}: busy for ${Math.round(busyShare * 100)}% of a window; it may do more`;
      if (attempt + 1 < TRIES) {
        bench.show(complaint);
        continue;
      }
      figures.warn(complaint);
    }
    figures.add({ key, what, unit: 'messages/s' }, system.name, window.perSecond);
    const add = (part: string, detail: string, value: number) =>
      figures.add({ key: `${key}.${part}`, what: `${what}: ${detail}`, unit: 'µs' }, system.name, value);
    add('cpu', 'processor time a message', window.server + window.engine);
    add('cpu.server', 'of it the server', window.server);
    add('cpu.engine', 'of it the database engine', window.engine);
    // What was put off: the index of words, above all.
    const later = (after.server + after.engine) / (load.totals().acked - before);
    add('cpu.later', 'put off until the load is over', later);
    add('cpu.generator', 'the load generator', window.generator);
    if (window.generatorShare > GENERATOR_SHARE_MAX) {
      const share = Math.round(window.generatorShare * 100);
      figures.warn(
        `${what}, ${system.name}: the generator was busy for ${share}% of a window; the system may do more`,
      );
    }
    return window.perSecond;
  }
  return undefined;
}

/** Counts a window; false when others used so much of the machine that it says nothing. */
export function noteWindow({ figures, show }: Bench, { foreignShare }: { foreignShare: number }): boolean {
  figures.windows.measured += 1;
  if (foreignShare <= FOREIGN_SHARE_MAX) return true;
  figures.windows.dropped += 1;
  show(`dropped: other work used ${(foreignShare * 100).toFixed(0)}% of a processor during the window`);
  return false;
}

/** Warms up and watches one window, with so many messages of each user unanswered; nothing is under way afterwards. */
async function watchRate(
  bench: Bench,
  system: System,
  load: PairLoad,
  { messages: outstanding, warmSeconds, seconds }: Omit<SaturationPlan, 'key' | 'what'>,
): Promise<RateWindow> {
  load.keepOutstanding(outstanding);
  await pause(warmSeconds * 1_000);
  const before = load.totals();
  const times = await watchWindow(seconds, bench.fleet.watch(system));
  const after = load.totals();
  await load.drain();
  const messages = Math.min(after.acked - before.acked, after.delivered - before.delivered);
  return {
    perSecond: messages / times.seconds,
    server: times.server / messages,
    engine: times.engine / messages,
    generator: (times.generatorShare * times.seconds * 1e6) / messages,
    generatorShare: times.generatorShare,
    foreignShare: times.foreignShare,
  };
}

/** The rate at saturation: as measured in this run, else looked up here, the best of as many windows. */
export async function findSaturation(bench: Bench, system: System, load: PairLoad): Promise<number> {
  const { pairs, windows, seconds, warmSeconds } = bench.sizes.throughput;
  const { users, outstanding } = pairs[0] as PairSettings;
  const known = bench.figures.median(`saturation.${users}`, system.name);
  if (known !== undefined) return known;
  const { messages, rate } = await findBest(bench, system, load, outstanding);
  let best = rate;
  // A server that was started just now gets faster for some seconds; a quarter of too little would be easy to bear.
  for (let window = 0; window < windows; window += 1) {
    const { perSecond } = await watchRate(bench, system, load, { messages, warmSeconds, seconds });
    best = Math.max(best, perSecond);
  }
  await waitUntilIdle(system);
  return best;
}
