import { mongo, Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MessageRecord } from '../../src/models/message.record.js';
import type { SearchFilter } from '../../src/models/search.record.js';
import { createSearchStore, MERGED_CHATS_MAX, type SearchStore } from '../../src/models/search.store.js';
import { createSearchFinder } from '../../src/services/search/search.finder.js';
import { toSearchEntry } from '../../src/services/search/search.queue.js';
import { prepareChats } from '../messages/chat-services.fixture.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

const CHATS = 450;
const MESSAGES = 9_000;
/** More messages than a rare word has, followed by more than are gone through in order of time. */
const FORMER = 2_500;
const START = Date.UTC(2026, 0, 1);

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
    createdAt: new Date(START + n),
  };
}

/** A message of a chat in which `former` was frequent in the beginning. */
function makeLongMessage(n: number): MessageRecord {
  return { ...makeMessage(n), chatId: longChatId, seq: n + 1, content: n < FORMER ? 'former' : 'later' };
}

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareChats(database);
  store = createSearchStore(database.connection);
  const messages = Array.from({ length: MESSAGES }, (_, n) => makeMessage(n));
  messages.push(...Array.from({ length: FORMER + 8_500 }, (_, n) => makeLongMessage(n)));
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
async function findWith(filter: SearchFilter, limit: number) {
  const ways: string[] = [];
  const follow = <Args extends unknown[], Result>(way: string, go: (...args: Args) => Result) => {
    return (...args: Args): Result => {
      ways.push(way);
      return go(...args);
    };
  };
  const finder = createSearchFinder({
    findAmongFew: follow('few', store.findAmongFew),
    findAmongNewest: follow('newest', store.findAmongNewest),
    findAmongAll: follow('all', store.findAmongAll),
  });
  const hits = await finder.find(filter, limit);
  return { ways: ways.join(' '), places: hits.map(({ at }) => at.getTime() - START) };
}

describe('the ways to a hit', () => {
  it('look a rare word up, also when a frequent one comes first', async () => {
    expect(await findWith(filterOf('uniq'), 20)).toEqual({ ways: 'few', places: [4_321] });
    expect(await findWith(filterOf('often', 'unique'), 20)).toEqual({ ways: 'few few', places: [4_321] });
    expect((await findWith(filterOf('once', 'even'), 3)).places).toEqual([98, 96, 94]);
  });

  it('go from the newest message backwards when every word is frequent, over all groups of chats', async () => {
    expect(await findWith(filterOf('often', 'even'), 4)).toEqual({
      ways: 'few few newest newest newest',
      places: [8_998, 8_996, 8_994, 8_992],
    });
    expect((await findWith({ ...filterOf('oft'), before: new Date(START + 5_000) }, 2)).places).toEqual([
      4_999, 4_998,
    ]);
    expect((await findWith({ ...filterOf('oft'), after: new Date(START + 8_997) }, 9)).places).toEqual([
      8_999, 8_998,
    ]);
  });

  it('are complete when frequent words never come together', async () => {
    const { ways, places } = await findWith(filterOf('even', 'odd'), 5);
    expect(ways).toMatch(/^few few (newest ?)+$/);
    expect(places).toEqual([]);
  });

  it('end at every message with the word when it was frequent once and long ago', async () => {
    const filter = { chatIds: [longChatId], conditions: [{ prefix: 'former' }] };
    expect(await findWith(filter, 2)).toEqual({
      ways: 'few newest newest newest all',
      places: [FORMER - 1, FORMER - 2],
    });
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
  const within = { after: new Date(START - 1), before: new Date(START + MESSAGES) };

  it('look up the entries of a rare word alone, and of a frequent one as many as show that it is frequent', async () => {
    const [few] = await explainAll(() =>
      store.findAmongFew({ ...filterOf('often', 'even'), ...within, sender }, 5, 100),
    );
    expect(few?.plan).toContain('"indexName":"chat_token"');
    expect(few?.docs).toBe(101);
    const [rare] = await explainAll(() => store.findAmongFew(filterOf('unique'), 5, 100));
    expect(rare?.docs).toBe(1);
  });

  it('merge the newest messages of the chats without sorting them', async () => {
    const filter = {
      ...filterOf('often', 'even'),
      ...within,
      sender,
      chatIds: chatIds.slice(0, MERGED_CHATS_MAX),
    };
    const [newest] = await explainAll(() => store.findAmongNewest(filter, 5, 1_000));
    expect(newest?.plan).toContain('"SORT_MERGE"');
    expect(newest?.plan).not.toContain('"stage":"SORT"');
    expect(newest?.docs).toBeLessThanOrEqual(1_000);
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
