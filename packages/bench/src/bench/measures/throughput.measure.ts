import { join } from 'node:path';
import { pause } from '../../chaos/rig/pause.js';
import { type LoadVerdict, openPairLoad, type PairLoad } from '../load/pair.load.js';
import { readProcessTime } from '../rig/processor.time.js';
import type { System } from '../rig/system.js';
import { type Watched, watchWindow } from '../rig/window.js';

/** How messages are sent. */
export interface ThroughputSettings {
  users: number;
  /** Messages each user keeps unanswered; the best of them is measured. */
  outstanding: readonly number[];
  /** Seconds of one window. */
  seconds: number;
  warmSeconds: number;
  windows: number;
}

/** One undisturbed window of one system. */
export interface ThroughputWindow {
  perSecond: number;
  /** Microseconds of processor time a message. */
  server: number;
  engine: number;
  generator: number;
  generatorShare: number;
}

export interface ThroughputResult {
  outstanding: number;
  windows: ThroughputWindow[];
  /** Windows that others disturbed. */
  dropped: number;
  /** Microseconds a message that were used after the last one was delivered: work that was put off, such as the index. */
  afterwards: { server: number; engine: number };
  verdict: LoadVerdict;
}

/** What of the rig a measure sees. */
export interface MeasureContext {
  systems: readonly System[];
  /** Process ids of everything that was started. */
  ours(): number[];
  show(text: string): void;
  /** Folder for CPU profiles of the system under test; undefined for none. */
  profileFolder: string | undefined;
}

/** A window that is always disturbed is tried this often. */
const TRIES = 3;
/** A generator that is busier than this may be what is measured. */
export const GENERATOR_SHARE_MAX = 0.9;

/** Saturation: everybody sends as fast as answers come. The systems take turns, so that all see the same machine. */
export async function measureThroughput(
  context: MeasureContext,
  settings: ThroughputSettings,
): Promise<Map<string, ThroughputResult>> {
  const { systems, show } = context;
  const loads = new Map<System, PairLoad>();
  for (const system of systems) {
    const users = await system.makeUsers(settings.users);
    loads.set(system, await openPairLoad({ port: system.port, wire: system.wire, users }));
  }
  const results = new Map<string, ThroughputResult>();
  try {
    for (const [system, load] of loads) {
      results.set(system.name, {
        outstanding: await findBest(context, system, load, settings),
        windows: [],
        dropped: 0,
        afterwards: { server: 0, engine: 0 },
        verdict: load.verdict(),
      });
    }
    for (const [system] of loads) await startProfile(context, system);
    for (let round = 0; round < settings.windows; round += 1) {
      for (const [system, load] of loads) {
        const result = results.get(system.name) as ThroughputResult;
        await playRound(context, system, load, settings, result);
        show(`${system.name}: ${Math.round(result.windows.at(-1)?.perSecond ?? 0)} messages/s`);
      }
    }
    for (const [system, load] of loads) {
      await stopProfile(context, system, `throughput-${settings.users}`);
      (results.get(system.name) as ThroughputResult).verdict = load.verdict();
    }
  } finally {
    for (const load of loads.values()) load.close();
  }
  return results;
}

async function findBest(
  context: MeasureContext,
  system: System,
  load: PairLoad,
  { outstanding, warmSeconds, seconds }: ThroughputSettings,
): Promise<number> {
  let best = { messages: outstanding[0] as number, rate: 0 };
  for (const messages of outstanding) {
    load.keepOutstanding(messages);
    await pause(warmSeconds * 1_000);
    const { perSecond } = await measureWindow(
      context,
      system,
      load,
      outstanding.length === 1 ? 0.2 : seconds / 2,
    );
    await load.drain();
    if (perSecond > best.rate) best = { messages, rate: perSecond };
  }
  await waitUntilIdle(system);
  return best.messages;
}

async function playRound(
  context: MeasureContext,
  system: System,
  load: PairLoad,
  settings: ThroughputSettings,
  result: ThroughputResult,
): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    load.keepOutstanding(result.outstanding);
    await pause(settings.warmSeconds * 1_000);
    const { isDisturbed, ...window } = await measureWindow(context, system, load, settings.seconds);
    await load.drain();
    const put = await waitUntilIdle(system);
    if (isDisturbed) {
      result.dropped += 1;
      continue;
    }
    result.windows.push(window);
    const messages = window.perSecond * (settings.seconds + settings.warmSeconds);
    result.afterwards = { server: put.server / messages, engine: put.engine / messages };
    return;
  }
}

async function measureWindow(
  { ours }: MeasureContext,
  system: System,
  load: PairLoad,
  seconds: number,
): Promise<ThroughputWindow & { isDisturbed: boolean }> {
  const named: Watched['named'] = system.processes;
  const others = ours().filter((id) => !Object.values(named).includes(id));
  const before = load.totals();
  const times = await watchWindow(seconds, { named, others });
  const after = load.totals();
  const messages = Math.min(after.acked - before.acked, after.delivered - before.delivered);
  return {
    perSecond: messages / times.seconds,
    server: (times.processes['server'] ?? 0) / messages,
    engine: (times.processes['engine'] ?? 0) / messages,
    generator: (times.generatorShare * times.seconds * 1e6) / messages,
    generatorShare: times.generatorShare,
    isDisturbed: times.isDisturbed,
  };
}

/** A system that used less than this share of a processor in half a second has nothing left to do. */
const IDLE_SHARE = 0.04;
const IDLE_STEP_MS = 500;
const IDLE_WITHIN_STEPS = 60;

/** Waits for work that was put off, such as the index of words, and says what it took in microseconds. */
export async function waitUntilIdle(system: System): Promise<{ server: number; engine: number }> {
  const read = () => ({
    server: readProcessTime(system.processes.server ?? 0),
    engine: readProcessTime(system.processes.engine ?? 0),
  });
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

async function startProfile({ profileFolder }: MeasureContext, system: System): Promise<void> {
  if (profileFolder !== undefined) await system.process.ask('startProfile');
}

async function stopProfile({ profileFolder }: MeasureContext, system: System, name: string): Promise<void> {
  if (profileFolder === undefined) return;
  const file = join(profileFolder, `${system.name.replaceAll(' ', '-')}-${name}.cpuprofile`);
  await system.process.ask('stopProfile', { file });
}
