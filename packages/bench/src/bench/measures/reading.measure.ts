import { createHttpCaller, type HttpAnswer, type HttpCaller } from '../rig/http.caller.js';
import type { Person } from '../rig/parley.order.js';
import type { ParleySystem } from '../rig/system.js';
import { makeCorpus } from '../seed/search.corpus.js';
import type { SeedAnswer } from '../seed/seed.order.js';
import type { Bench } from './measure.js';

/** What is read, and from whom: the reader is the first of the people, and the chats are the reader's. */
export interface ReadingGround {
  parley: ParleySystem;
  stored: number;
  people: readonly Person[];
  chats: SeedAnswer['chats'];
}

const PAGE_MAX = 100;
const SYNC_MAX = 1_000;

/** One kind of read: a call, or several that belong together, and what it has to find. */
interface Reading {
  key: string;
  what: string;
  run(): Promise<{ milliseconds: number; found: number }>;
  /** What it finds at the least; less is an error of the bench or of the server. */
  atLeast: number;
  /** Share of the usual number of calls. */
  share?: number;
}

/** Each kind of read is made in so many turns of each size, each turn a few calls long. */
const TURNS = 4;

/** A kind of read at one size. */
interface Side {
  stored: number;
  reading: Reading;
  times: number[];
}

/**
 * Reads one after the other, as one client does: the time each takes on a server that has nothing else to do. The sizes
 * take turns.
 */
export async function measureReading(bench: Bench, grounds: readonly ReadingGround[]): Promise<void> {
  const callers = grounds.map(({ parley }) => createHttpCaller(parley.port));
  try {
    const sides = grounds.flatMap((ground, at) =>
      readingsOf(callers[at] as HttpCaller, ground, bench.sizes.growth.syncs).map(
        (reading): Side => ({ stored: ground.stored, reading, times: [] }),
      ),
    );
    for (const key of new Set(sides.map(({ reading }) => reading.key)))
      await compare(
        bench,
        sides.filter(({ reading }) => reading.key === key),
      );
    for (const [at, ground] of grounds.entries()) await search(bench, callers[at] as HttpCaller, ground);
  } finally {
    for (const caller of callers) caller.close();
  }
}

function readingsOf(caller: HttpCaller, ground: ReadingGround, syncCounts: readonly number[]): Reading[] {
  return [...pages(caller, ground), chatList(caller, ground), ...syncs(caller, ground, syncCounts)];
}

/** The same kind of read at each size, in turns. */
async function compare({ sizes, figures }: Bench, sides: readonly Side[]): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const { stored, reading, times } of sides) {
      const calls = Math.ceil((sizes.growth.calls * (reading.share ?? 1)) / TURNS);
      // The first one of a turn fills what the server keeps in memory.
      for (let n = -1; n < calls; n += 1) {
        const { milliseconds, found } = await reading.run();
        if (found < reading.atLeast)
          throw new Error(
            `${reading.what} found ${found} of ${reading.atLeast} at ${stored} stored messages`,
          );
        if (n >= 0) times.push(milliseconds);
      }
    }
  }
  for (const { stored, reading, times } of sides) {
    const what = `${reading.what}, at ${stored.toLocaleString('en')} stored messages`;
    figures.add({ key: `${reading.key}.${stored}`, what, unit: 'ms' }, 'parley', ...times);
  }
}

function pages(caller: HttpCaller, { people, chats }: ReadingGround): Reading[] {
  const [reader, partner] = people as [Person, Person];
  const [{ lastSeq }] = chats as [SeedAnswer['chats'][number]];
  const read = async (query: string) => {
    const path = `/api/messages/conversation/${partner.id}?limit=50${query}`;
    const { messages, milliseconds } = readJson(await caller.call('GET', path, { token: reader.token }));
    return { milliseconds, found: (messages as unknown[]).length };
  };
  const atLeast = Math.min(50, Math.floor(lastSeq / 2));
  return [
    { key: 'history', what: 'history page, the newest 50', run: () => read(''), atLeast },
    {
      key: 'history.deep',
      what: 'history page, 50 from the middle',
      run: () => read(`&before=${Math.ceil(lastSeq / 2) + 1}`),
      atLeast,
    },
  ];
}

function chatList(caller: HttpCaller, { people, chats }: ReadingGround): Reading {
  const { token } = people[0] as Person;
  return {
    key: 'chatlist',
    what: `chat list of ${chats.length} chats, in pages of ${PAGE_MAX}`,
    share: 0.5,
    atLeast: chats.length,
    async run() {
      let milliseconds = 0;
      let found = 0;
      let cursor: string | null | undefined;
      do {
        const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor as string)}`;
        const answer = await caller.call('GET', `/api/messages/chats?limit=${PAGE_MAX}${query}`, { token });
        const page = readJson(answer);
        milliseconds += page.milliseconds;
        found += (page.chats as unknown[]).length;
        cursor = page.nextCursor as string | null;
      } while (cursor !== null && cursor !== undefined);
      return { milliseconds, found };
    },
  };
}

/** A client that knows all its chats, and of the largest all but so many of the last messages. */
function syncs(caller: HttpCaller, { people, chats }: ReadingGround, counts: readonly number[]): Reading[] {
  const { token } = people[0] as Person;
  const [largest] = chats as [SeedAnswer['chats'][number]];
  return counts
    .filter((count) => count <= largest.lastSeq)
    .map((count) => ({
      key: `sync.${count}`,
      what: `sync of ${count} changes, ${chats.length} chats known`,
      share: count > SYNC_MAX ? 0.25 : 1,
      atLeast: count,
      async run() {
        let milliseconds = 0;
        let found = 0;
        let more = true;
        const known = Object.fromEntries(chats.map(({ id, lastSeq }) => [id, lastSeq]));
        known[largest.id] = largest.lastSeq - count;
        while (more) {
          const body = { chats: known, limit: SYNC_MAX };
          const answer = readJson(await caller.call('POST', '/api/sync', { token, body }));
          milliseconds += answer.milliseconds;
          for (const { chatId, rev, messages } of answer.chats as SyncedChat[]) {
            known[chatId] = rev;
            found += messages.length;
          }
          more = answer.more === true;
        }
        return { milliseconds, found };
      },
    }));
}

interface SyncedChat {
  chatId: string;
  rev: number;
  messages: unknown[];
}

/** Every kind of query in turn; the percentile is of all of them together. */
async function search(bench: Bench, caller: HttpCaller, { stored, people }: ReadingGround): Promise<void> {
  const { token } = people[0] as Person;
  const times: number[] = [];
  const { queries } = makeCorpus(2);
  for (const [kind, make] of Object.entries(queries)) {
    const ofKind: number[] = [];
    for (let n = 0; n < bench.sizes.growth.queriesOfEachKind; n += 1) {
      const answer = await caller.call(
        'GET',
        `/api/messages/search?q=${encodeURIComponent(make())}&limit=20`,
        { token },
      );
      ofKind.push(readJson(answer).milliseconds);
    }
    times.push(...ofKind);
    const row = {
      key: `search.${kind}.${stored}`,
      what: `search, ${kind}, at ${stored.toLocaleString('en')} stored`,
    };
    bench.figures.add({ ...row, unit: 'ms' }, 'parley', ...ofKind);
  }
  times.sort((a, b) => a - b);
  for (const percentile of [50, 95, 99]) {
    const value = times[Math.min(times.length - 1, Math.floor((times.length * percentile) / 100))] as number;
    const what = `search of all kinds, p${percentile}, at ${stored.toLocaleString('en')} stored messages`;
    bench.figures.add({ key: `search.p${percentile}.${stored}`, what, unit: 'ms' }, 'parley', value);
  }
}

function readJson({
  status,
  text,
  milliseconds,
}: HttpAnswer): Record<string, unknown> & { milliseconds: number } {
  if (status !== 200) throw new Error(`the server answered ${status}: ${text.slice(0, 300)}`);
  return { ...(JSON.parse(text) as Record<string, unknown>), milliseconds };
}
