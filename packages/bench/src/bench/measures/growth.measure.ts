import type { Person } from '../rig/parley.order.js';
import { confineSystem, type ParleySystem, releaseSystem, startParley } from '../rig/system.js';
import { waitUntilIdle } from '../rig/window.js';
import type { SeedAnswer, SeedOrder } from '../seed/seed.order.js';
import type { Bench } from './measure.js';
import { measureReading } from './reading.measure.js';
import { openLoad, watchSaturation } from './throughput.measure.js';

/** Chats of the reader, of all those that are stored. */
const CHATS_OF_READER = 1_000;
/** Times the usual time to warm up: the process is new, and nothing in it is compiled yet. */
const WARMER = 4;

/**
 * What reading and sending take as the database grows. The messages are put into the database through the stores of the
 * server, texts and index of words included, so that a million of them take minutes and not hours.
 */
export async function measureGrowth(bench: Bench): Promise<void> {
  const { fleet, sizes } = bench;
  const folder = fleet.makeFolder();
  const chatsOfReader = Math.min(CHATS_OF_READER, sizes.growth.chats);
  let people: readonly Person[] | undefined;
  for (const stored of sizes.growth.stored) {
    const filled = await fleet.adopt(startParley({ folder }));
    people ??= await filled.makeUsers(chatsOfReader + 1);
    const userIds = people.map(({ id }) => id);
    const chats = await seed(bench, filled, { stored, chats: sizes.growth.chats, userIds, chatsOfReader });
    // A new process: what the other held in memory, and its engine has yet to write, is no part of the measure.
    await fleet.dismiss(filled);
    const parley = await fleet.adopt(startParley({ folder }));
    await measureReading(bench, parley, { stored, people, chats });
    await measureSending(bench, parley, stored);
    await fleet.dismiss(parley);
  }
}

async function seed(bench: Bench, parley: ParleySystem, order: SeedOrder): Promise<SeedAnswer['chats']> {
  const start = performance.now();
  releaseSystem(parley);
  const { chats } = await parley.process.ask<SeedAnswer>('seed', order);
  confineSystem(parley);
  await waitUntilIdle(parley);
  const seconds = (performance.now() - start) / 1_000;
  bench.show(`${order.stored.toLocaleString('en')} messages stored in ${seconds.toFixed(0)} s`);
  return chats;
}

async function measureSending(bench: Bench, parley: ParleySystem, stored: number): Promise<void> {
  const { growth, throughput } = bench.sizes;
  const { users = 2, outstanding = [8] } = throughput.pairs[0] ?? {};
  const load = await openLoad(parley, users);
  try {
    const plan = {
      key: `growth.saturation.${stored}`,
      what: `saturation, ${users} users, at ${stored.toLocaleString('en')} stored messages`,
      messages: Math.max(...outstanding),
      ...growth,
      warmSeconds: throughput.warmSeconds * WARMER,
    };
    for (let n = 0; n < growth.windows; n += 1) await watchSaturation(bench, parley, load, plan);
    bench.figures.addLoad(`saturation at ${stored.toLocaleString('en')} stored`, 'parley', load.verdict());
  } finally {
    load.close();
  }
}
