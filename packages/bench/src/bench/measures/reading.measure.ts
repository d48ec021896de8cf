import { createHttpCaller, type HttpAnswer, type HttpCaller } from '../rig/http.caller.js';
import type { Person } from '../rig/parley.order.js';
import type { ParleySystem } from '../rig/system.js';
import { makeCorpus } from '../seed/search.corpus.js';
import type { SeedAnswer } from '../seed/seed.order.js';
import type { Bench } from './measure.js';

/** What is read: the reader is the first of the people, and the chats are the reader's. */
export interface ReadingGround {
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

/** Reads one after the other, as one client does: the time each takes on a server that has nothing else to do. */
export async function measureReading(
  bench: Bench,
  { port }: ParleySystem,
  ground: ReadingGround,
): Promise<void> {
  const caller = createHttpCaller(port);
  try {
    const readings = [
      ...pages(caller, ground),
      chatList(caller, ground),
      ...syncs(caller, ground, bench.sizes.growth.syncs),
    ];
    for (const reading of readings) await repeat(bench, reading, ground.stored);
    await search(bench, caller, ground);
  } finally {
    caller.close();
  }
}

async function repeat(bench: Bench, reading: Reading, stored: number): Promise<void> {
  const { key, what, run, atLeast, share = 1 } = reading;
  const times: number[] = [];
  // The first ones fill what the server keeps in memory.
  const calls = Math.ceil(bench.sizes.growth.calls * share);
  for (let n = -Math.ceil(calls / 10); n < calls; n += 1) {
    const { milliseconds, found } = await run();
    if (found < atLeast) throw new Error(`${what} found ${found} of ${atLeast} at ${stored} stored messages`);
    if (n >= 0) times.push(milliseconds);
  }
  const at = `at ${stored.toLocaleString('en')} stored messages`;
  bench.figures.add({ key: `${key}.${stored}`, what: `${what}, ${at}`, unit: 'ms' }, 'parley', ...times);
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
