import { cpSync } from 'node:fs';
import type { PairLoad } from '../load/pair.load.js';
import { confineSystem, type ParleySystem, releaseSystem, startParley } from '../rig/system.js';
import { waitUntilIdle } from '../rig/window.js';
import type { SeedAnswer, SeedOrder } from '../seed/seed.order.js';
import type { Bench } from './measure.js';
import { measureReading, type ReadingGround } from './reading.measure.js';
import { openLoad, watchSaturation } from './throughput.measure.js';

/** Chats of the reader, of all those that are stored. */
const CHATS_OF_READER = 1_000;
/** Times the usual time to warm up: the process is new, and nothing in it is compiled yet. */
const WARMER = 4;

/** Of so many chats: the reader, and a partner for each of the reader's. */
export const peopleOfGrowth = (chats: number) => Math.min(CHATS_OF_READER, chats) + 1;

/**
 * What reading and sending take as the database grows. The messages are put into the database through the stores of the
 * server, texts and index of words included, so that a million of them take minutes and not hours.
 *
 * A server for each size runs beside the others, and they take turns: sizes that are measured minutes apart would differ
 * by what the machine does, not by what is stored.
 */
export async function measureGrowth(bench: Bench): Promise<void> {
  const grounds: ReadingGround[] = [];
  for (const { folder, ...filled } of await fillFolders(bench)) {
    // A new process: what the one that filled it held in memory, and its engine had yet to write, is no part of the measure.
    grounds.push({ ...filled, parley: await bench.fleet.adopt(startParley({ folder })) });
  }
  await measureReading(bench, grounds);
  await measureSending(bench, grounds);
  for (const { parley } of grounds) await bench.fleet.dismiss(parley);
}

/** A folder for each size; the smaller ones are copies, made on the way to the largest. */
async function fillFolders({ fleet, sizes, show }: Bench) {
  const { stored: all, chats: chatCount } = sizes.growth;
  const { folder, people: registered } = await fleet.population();
  const people = registered.slice(0, peopleOfGrowth(chatCount));
  const userIds = people.map(({ id }) => id);
  const filled: (Omit<ReadingGround, 'parley'> & { folder: string })[] = [];
  for (const stored of all) {
    const parley = await fleet.adopt(startParley({ folder }));
    const start = performance.now();
    const chats = await seed(parley, {
      stored,
      chats: chatCount,
      userIds,
      chatsOfReader: people.length - 1,
    });
    show(`${countOf(stored)} messages stored in ${((performance.now() - start) / 1_000).toFixed(0)} s`);
    await fleet.dismiss(parley);
    filled.push({ folder: stored === all.at(-1) ? folder : copyOf(folder, fleet), stored, people, chats });
  }
  return filled;
}

const countOf = (stored: number) => stored.toLocaleString('en');

function copyOf(folder: string, fleet: Bench['fleet']): string {
  const copy = fleet.makeFolder();
  cpSync(folder, copy, { recursive: true });
  return copy;
}

async function seed(parley: ParleySystem, order: SeedOrder): Promise<SeedAnswer['chats']> {
  releaseSystem(parley);
  const { chats } = await parley.process.ask<SeedAnswer>('seed', order);
  confineSystem(parley);
  await waitUntilIdle(parley);
  return chats;
}

async function measureSending(bench: Bench, grounds: readonly ReadingGround[]): Promise<void> {
  const { growth, throughput } = bench.sizes;
  const { users = 2, outstanding = [8] } = throughput.pairs[0] ?? {};
  const sides: { ground: ReadingGround; load: PairLoad }[] = [];
  try {
    for (const ground of grounds) sides.push({ ground, load: await openLoad(ground.parley, users) });
    for (let n = 0; n < growth.windows; n += 1) {
      for (const { ground, load } of sides) {
        await watchSaturation(bench, ground.parley, load, {
          key: `growth.saturation.${ground.stored}`,
          what: `saturation, ${users} users, at ${countOf(ground.stored)} stored messages`,
          messages: Math.max(...outstanding),
          ...growth,
          warmSeconds: throughput.warmSeconds * WARMER,
        });
      }
    }
    for (const { ground, load } of sides)
      bench.figures.addLoad(`saturation at ${countOf(ground.stored)} stored`, 'parley', load.verdict());
  } finally {
    for (const { load } of sides) load.close();
  }
}
