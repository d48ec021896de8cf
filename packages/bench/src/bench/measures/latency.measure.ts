import { createConnection } from 'mongoose';
import { createRandom } from '../../chaos/random.js';
import { type OpenLoopResult, runOpenLoop } from '../load/open.loop.js';
import type { PairLoad } from '../load/pair.load.js';
import { withProfile } from '../rig/profile.js';
import type { System } from '../rig/system.js';
import { waitUntilIdle, watchWindow } from '../rig/window.js';
import type { Bench } from './measure.js';
import { findSaturation, noteWindow, openLoad } from './throughput.measure.js';

const PERCENTILES = [50, 90, 99, 99.9] as const;
const WARM_SECONDS = 1;

/** Latency of acks and deliveries at parts of each system's own saturation, and the unit that it is held against. */
export async function measureLatency(bench: Bench): Promise<void> {
  const { fleet, sizes } = bench;
  await measureInserts(bench);
  for (const system of await fleet.shared()) {
    const load = await openLoad(system, sizes.latency.users);
    try {
      const saturation = await findSaturation(bench, system, load);
      for (const part of sizes.latency.loads) await measureAt(bench, system, load, part, saturation);
      bench.figures.addLoad('latency', system.name, load.verdict());
    } finally {
      load.close();
    }
  }
}

async function measureAt(
  bench: Bench,
  system: System,
  load: PairLoad,
  part: number,
  saturation: number,
): Promise<void> {
  const { windows, seconds } = bench.sizes.latency;
  const ratePerSecond = (saturation * part) / 100;
  const of = `at ${part}% of own saturation`;
  const key = (kind: string) => `${kind}.${part}`;
  await withProfile(bench.profileFolder, system, `latency-${part}`, () =>
    watchLatency(bench, system, load, { ratePerSecond, windows, seconds, key, of }),
  );
  await waitUntilIdle(system);
  const p99 = bench.figures.median(`delivery.${part}.p99`, system.name);
  bench.show(`${system.name} at ${Math.round(ratePerSecond)}/s: delivery p99 ${p99?.toFixed(2)} ms`);
}

/** What is sent and how its figures are called. */
export interface LatencyPlan {
  ratePerSecond: number;
  windows: number;
  seconds: number;
  /** The key of a kind of figure: `delivery` or `ack`. */
  key: (kind: string) => string;
  /** For people, behind the kind. */
  of: string;
}

/** Windows of open-loop load; the percentiles of each are samples. */
export async function watchLatency(
  bench: Bench,
  system: System,
  load: PairLoad,
  { ratePerSecond, windows, seconds, key, of }: LatencyPlan,
): Promise<void> {
  const { figures } = bench;
  const random = createRandom(1);
  await runOpenLoop(load, { ratePerSecond, seconds: Math.min(WARM_SECONDS, seconds), random });
  for (let n = 0; n < windows; n += 1) {
    let result: OpenLoopResult | undefined;
    const times = await watchWindow(async () => {
      result = await runOpenLoop(load, { ratePerSecond, seconds, random });
    }, bench.fleet.watch(system));
    if (!noteWindow(bench, times) || result === undefined) continue;
    const { delivery, ack, lateness } = result;
    for (const [kind, histogram] of Object.entries({ delivery, ack })) {
      for (const percentile of PERCENTILES) {
        const row = {
          key: `${key(kind)}.p${percentile}`,
          what: `${kind} ${of}, p${percentile}`,
          unit: 'ms',
        } as const;
        figures.add(row, system.name, histogram.getValueAtPercentile(percentile) / 1_000);
      }
    }
    const late = lateness.getValueAtPercentile(99) / 1_000;
    figures.add(
      { key: `${key('late')}.p99`, what: `generator late ${of}, p99`, unit: 'ms' },
      system.name,
      late,
    );
    if (delivery.totalCount === 0) continue;
    const cpu = { server: times.server / delivery.totalCount, engine: times.engine / delivery.totalCount };
    const what = `processor time a message ${of}`;
    figures.add({ key: key('cpu'), what, unit: 'µs' }, system.name, cpu.server + cpu.engine);
    figures.add(
      { key: key('cpu.engine'), what: `${what}: of it the engine`, unit: 'µs' },
      system.name,
      cpu.engine,
    );
  }
}

/** The time of one journaled insert of one small document by the driver: the unit of the latency targets. */
async function measureInserts({ fleet, figures, sizes }: Bench): Promise<void> {
  const parley = await fleet.parley();
  const connection = await createConnection(parley.engineUri, { directConnection: true }).asPromise();
  try {
    const inserts = connection
      .getClient()
      .db('bench')
      .collection('inserts', { writeConcern: { w: 1, journal: true } });
    const insert = (n: number) => inserts.insertOne({ n, content: 'x'.repeat(100), at: new Date() });
    for (let n = 0; n < sizes.latency.inserts / 5; n += 1) await insert(n);
    const times: number[] = [];
    for (let n = 0; n < sizes.latency.inserts; n += 1) {
      const start = performance.now();
      await insert(n);
      times.push(performance.now() - start);
    }
    figures.add(
      { key: 'insert', what: 'one journaled insert by the driver', unit: 'ms' },
      'parley',
      ...times,
    );
  } finally {
    await connection.close();
  }
}
