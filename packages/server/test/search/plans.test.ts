import { mongo, Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MessageRecord } from '../../src/models/message.record.js';
import type { SearchFilter } from '../../src/models/search.record.js';
import { createSearchStore, type SearchStore } from '../../src/models/search.store.js';
import { createSearchFinder } from '../../src/services/search/search.finder.js';
import { toSearchEntry } from '../../src/services/search/search.queue.js';
import { prepareChats } from '../messages/chat-services.fixture.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

const CHATS = 450;
const MESSAGES = 9_000;
/** More messages than a rare word has, followed by more than are gone through in order of time. */
const FORMER = 6_500;
const LATER = 8_500;
const START = Date.UTC(2026, 0, 1);
/** Between two messages, in milliseconds. */
const STEP = 60_000;
const at = (n: number) => new Date(START + n * STEP);

let database: TestDatabase;
let store: SearchStore;
const chatIds = Array.from({ length: CHATS }, () => new Types.ObjectId().toHexString());
const longChatId = new Types.ObjectId().toHexString();
const sender = new Types.ObjectId().toHexString();

/** Every message has `often`; every second one `even` and the others `odd`; the first hundred `once`, one `unique`. */
function makeMessage(n: number): MessageRecord {
  const words = [
    'often',
    n % 2 === 0 ? 'even' : 'odd',
    ...(n < 100 ? ['once'] : []),
    ...(n === 4_321 ? ['unique'] : []),
  ];
  return {
    id: new Types.ObjectId().toHexString(),
    chatId: chatIds[n % CHATS] ?? '',
    seq: 1 + Math.floor(n / CHATS),
    rev: 1,
    createdRev: 1,
    sender,
    content: words.join(' '),
    messageType: 'text',
    createdAt: at(n),
  };
}

/** A message of a chat in which `former` was frequent in the beginning, and thousands were written in a minute. */
function makeLongMessage(n: number): MessageRecord {
  const createdAt = new Date(START + n);
  return {
    ...makeMessage(n),
    createdAt,
    chatId: longChatId,
    seq: n + 1,
    content: n < FORMER ? 'former' : 'later',
  };
}

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareChats(database);
  store = createSearchStore(database.connection);
  const messages = Array.from({ length: MESSAGES }, (_, n) => makeMessage(n));
  messages.push(...Array.from({ length: FORMER + LATER }, (_, n) => makeLongMessage(n)));
  for (let start = 0; start < messages.length; start += 1_000) {
    await store.write(messages.slice(start, start + 1_000).map(toSearchEntry));
  }
});
afterAll(() => database.close());

const filterOf = (...prefixes: string[]): SearchFilter => ({
  chatIds,
  conditions: prefixes.map((prefix) => ({ prefix })),
});

/** Which ways the finder went, and where the hits lie in time. */
async function findWith(filter: SearchFilter, limit: number, newestAt = at(MESSAGES)) {
  const ways: string[] = [];
  const follow = <Args extends unknown[], Result>(way: string, go: (...args: Args) => Result) => {
    return (...args: Args): Result => {
      ways.push(way);
      return go(...args);
    };
  };
  const finder = createSearchFinder({
    findAmongFew: follow('few', store.findAmongFew),
    findInStretch: follow('stretch', store.findInStretch),
    findAmongAll: follow('all', store.findAmongAll),
  });
  const hits = await finder.find(filter, limit, newestAt);
  return { ways: ways.join(' '), places: hits.map((hit) => (hit.at.getTime() - START) / STEP) };
}

describe('the ways to a hit', () => {
  it('look a rare word up, also when a frequent one comes first', async () => {
    expect(await findWith(filterOf('uniq'), 20)).toEqual({ ways: 'few', places: [4_321] });
    expect(await findWith(filterOf('often', 'unique'), 20)).toEqual({ ways: 'few few', places: [4_321] });
    expect((await findWith(filterOf('once', 'even'), 3)).places).toEqual([98, 96, 94]);
  });

  it('go from the newest message backwards when every word is frequent, as far as it takes', async () => {
    expect(await findWith(filterOf('often', 'even'), 4)).toEqual({
      ways: 'few few stretch',
      places: [8_998, 8_996, 8_994, 8_992],
    });
    const { ways, places } = await findWith(filterOf('even'), 300);
    expect(ways).toMatch(/^few stretch( stretch)+$/);
    expect(places).toEqual(Array.from({ length: 300 }, (_, n) => 8_998 - 2 * n));
    expect((await findWith({ ...filterOf('oft'), before: at(5_000) }, 2)).places).toEqual([4_999, 4_998]);
    expect((await findWith({ ...filterOf('oft'), after: at(8_997) }, 9)).places).toEqual([8_999, 8_998]);
  });

  it('begin at the newest message, also when it is newer than is known, and when nobody knows when it came', async () => {
    const newest = [8_999, 8_998, 8_997];
    expect((await findWith(filterOf('often'), 3, at(MESSAGES - 500))).places).toEqual(newest);
    expect((await findWith(filterOf('often'), 3, new Date(0))).places).toEqual(newest);
    expect((await findWith(filterOf('often'), 3, at(MESSAGES + 2_000_000))).places).toEqual(newest);
  });

  it('shorten a stretch that holds too much', async () => {
    const filter = { chatIds: [longChatId], conditions: [{ prefix: 'later' }] };
    const { ways, places } = await findWith(filter, 2_500, new Date(START + FORMER + LATER));
    expect(ways).toMatch(/^few stretch stretch/);
    expect(places).toEqual(Array.from({ length: 2_500 }, (_, n) => (FORMER + LATER - 1 - n) / STEP));
  });

  it('are complete when frequent words never come together', async () => {
    const { ways, places } = await findWith(filterOf('even', 'odd'), 5);
    expect(ways).toMatch(/^few few stretch .*few$/);
    expect(places).toEqual([]);
  });

  it('end at every message with the word when it was frequent once and long ago', async () => {
    const filter = { chatIds: [longChatId], conditions: [{ prefix: 'former' }] };
    const { ways, places } = await findWith(filter, 2);
    expect(ways).toMatch(/^few( stretch)+ few( stretch)* all$/);
    expect(places).toEqual([(FORMER - 1) / STEP, (FORMER - 2) / STEP]);
  });
});

/** How the database went about the queries that `work` makes: the plans, and what they read. */
async function explainAll(
  work: () => Promise<unknown>,
): Promise<{ plan: string; keys: number; docs: number }[]> {
  const spies = [
    vi.spyOn(mongo.Collection.prototype, 'aggregate'),
    vi.spyOn(mongo.Collection.prototype, 'find'),
  ];
  await work();
  const cursors = spies.flatMap((spy) => spy.mock.results.map(({ value }) => value as mongo.FindCursor));
  vi.restoreAllMocks();
  const explained = [];
  for (const cursor of cursors) {
    // Explaining tries every plan to its end.
    const plan = JSON.stringify(await cursor.clone().maxTimeMS(30_000).explain('executionStats'));
    const sum = (name: string) => Number(new RegExp(`"${name}":(\\d+)`).exec(plan)?.[1]);
    explained.push({ plan, keys: sum('totalKeysExamined'), docs: sum('totalDocsExamined') });
  }
  return explained;
}

describe('the plans', () => {
  const within = { after: at(-1), before: at(MESSAGES) };

  it('look up the entries of a rare word alone, and of a frequent one as many as show that it is frequent', async () => {
    const [few] = await explainAll(() =>
      store.findAmongFew({ ...filterOf('often', 'even'), ...within, sender }, 5, 100),
    );
    expect(few?.plan).toContain('"indexName":"chat_token"');
    expect(few?.docs).toBe(101);
    const [rare] = await explainAll(() => store.findAmongFew(filterOf('unique'), 5, 100));
    expect(rare?.docs).toBe(1);
  });

  it('read of a stretch the messages in it, and no more than show that it holds too much', async () => {
    const filter = { ...filterOf('often', 'even'), sender, after: at(7_999), before: at(9_000) };
    const [stretch] = await explainAll(() => store.findInStretch(filter, 5, 1_000));
    expect(stretch?.plan).toContain('"indexName":"chat_at"');
    expect(stretch?.docs).toBe(1_000);
    const [full] = await explainAll(() => store.findInStretch({ ...filter, ...within }, 5, 1_000));
    expect(full?.docs).toBe(1_001);
  });

  it('scan no collection, whichever way a query takes', async () => {
    const plans = await explainAll(async () => {
      for (const words of [['unique'], ['often'], ['even', 'odd']]) await findWith(filterOf(...words), 5);
      await store.findAmongAll({ ...filterOf('often'), ...within, sender }, 5);
    });
    expect(plans.length).toBeGreaterThan(8);
    for (const { plan } of plans) {
      expect(plan).toContain('"IXSCAN"');
      expect(plan).not.toContain('COLLSCAN');
    }
  });
});
