import { Types } from 'mongoose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ChatStores, createChatStores } from '../../src/models/chat.stores.js';
import { messageCollection } from '../../src/models/message.model.js';
import { searchCollections } from '../../src/models/search.model.js';
import type { Actor } from '../../src/services/actor.js';
import { createSearchKeeper } from '../../src/services/search/search.keeper.js';
import { createSearchQueue } from '../../src/services/search/search.queue.js';
import { engineId, nextState, waitFor } from '../database/database.fixture.js';
import { newActor, prepareChats } from '../messages/chat-services.fixture.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createSearchNode } from './search.fixture.js';

let database: TestDatabase;
let ann: Actor;
let bob: Actor;

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareChats(database);
});
beforeEach(async () => {
  [ann, bob] = [newActor('ann'), newActor('bob')];
  const { connection } = database;
  const { entries, marks } = searchCollections(connection);
  await Promise.all(
    [entries, marks, messageCollection(connection)].map((collection) => collection.deleteMany({})),
  );
  // The mark of a node that has crashed does not move on.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => database.close());

/** A node that is about to crash: what it notes never reaches the index. */
const neverWriting = (stores: ChatStores): ChatStores => ({
  ...stores,
  search: { ...stores.search, write: () => new Promise(() => undefined) },
});

const marks = async () =>
  (await searchCollections(database.connection).marks.find().toArray()).map(({ _id }) => _id);

describe('what a crash left out of the index', () => {
  it('is found by the node that starts next: new, edited and deleted messages', async () => {
    const before = createSearchNode(database);
    await before.heal();
    const kept = await before.say(ann, bob, 'first version');
    const gone = await before.say(ann, bob, 'soon gone');
    await before.indexed();
    await before.close();

    const crashing = createSearchNode(database, undefined, neverWriting);
    await crashing.heal();
    await crashing.say(bob, ann, 'never indexed');
    await crashing.messages.edit(ann, kept.id, 'second version');
    await crashing.messages.remove(ann, gone.id, 'everyone');
    expect(await crashing.find(ann, 'never')).toEqual(['never indexed']);
    expect(await crashing.find(ann, 'first')).toEqual([]);

    const after = createSearchNode(database);
    await after.heal();
    expect(await after.find(ann, 'never')).toEqual(['never indexed']);
    expect(await after.find(ann, 'second')).toEqual(['second version']);
    expect(await after.find(ann, 'first')).toEqual([]);
    expect(await after.tokensOf(gone.id)).toBeUndefined();
    await after.close();
    expect(after.errors).toEqual([]);
  });

  it('is found in the state that a half-applied change leads to', async () => {
    const before = createSearchNode(database);
    await before.heal();
    const { id } = await before.say(ann, bob, 'first version');
    await before.indexed();
    const crashing = createSearchNode(database, undefined, (stores) => ({
      ...neverWriting(stores),
      messages: { ...stores.messages, applyChanges: () => new Promise(() => undefined) },
    }));
    await crashing.heal();
    crashing.messages.edit(ann, id, 'second version').catch(() => undefined);
    await waitFor('the entry of the change', async () => {
      const { missing } = await createChatStores(database.connection).search.marks.readUnindexed(
        new Date(0),
        null,
        10,
      );
      return missing.length === 1;
    });
    const after = createSearchNode(database);
    await after.heal();
    expect(await after.find(bob, 'second')).toEqual(['second version']);
    expect(await after.tokensOf(id)).toEqual(['second', 'version']);
    await after.close();
    await before.close();
  });

  it('is written by the same node when only the engine was killed', async () => {
    const node = createSearchNode(database);
    await node.heal();
    await node.say(ann, bob, 'before the crash');
    const down = nextState(database, false);
    process.kill(engineId(database), 'SIGKILL');
    await down;
    await nextState(database, true);
    await node.resume();
    await node.say(ann, bob, 'after the crash');
    await node.indexed();
    expect(await node.find(bob, 'crash')).toEqual(['after the crash', 'before the crash']);
    await node.close();
  });
});

describe('what a full queue dropped', () => {
  it('is found in the log once there is room again', async () => {
    vi.useRealTimers();
    const node = createSearchNode(database, undefined, neverWriting);
    await node.say(ann, bob, 'the first of all');
    const { search: store, reader } = createChatStores(database.connection);
    const onError = (error: unknown) => expect(error).toBeUndefined();
    const queue = createSearchQueue({
      pace: () => 'some',
      write: store.write,
      onError,
      limits: { messages: 4, characters: 1_000 },
      onRoom: () => keeper.catchUp(),
    });
    const keeper = createSearchKeeper({ store, queue, onError, intervalMs: 10 });
    await keeper.heal();
    for (let n = 1; n <= 10; n += 1) {
      const { id } = await node.say(ann, bob, `message ${n}`);
      const message = await reader.findById(id);
      if (message !== null) queue.note(message);
    }
    expect(queue.droppedSince()).not.toBeNull();
    const droppedAll = new Date();
    await waitFor('a mark that leaves the dropped messages behind', async () => {
      const { since } = await store.marks.read();
      return since !== null && since > droppedAll;
    });
    expect((await store.marks.readUnindexed(new Date(0), null, 100)).missing).toEqual([]);
    await keeper.stop();
    await keeper.leave();
    expect(await marks()).toEqual(['built']);
  });

  it('is looked for as soon as there is room, not only when the next mark is due', async () => {
    vi.useRealTimers();
    const node = createSearchNode(database, undefined, neverWriting);
    const { search: store, reader } = createChatStores(database.connection);
    const onError = (error: unknown) => expect(error).toBeUndefined();
    const queue = createSearchQueue({
      pace: () => 'some',
      write: store.write,
      onError,
      limits: { messages: 2, characters: 1_000 },
      onRoom: () => keeper.catchUp(),
    });
    const keeper = createSearchKeeper({ store, queue, onError, intervalMs: 3_600_000 });
    await keeper.heal();
    const messages = [];
    for (let n = 1; n <= 5; n += 1) messages.push(await node.say(ann, bob, `message ${n}`));
    for (const message of (await reader.findByIds(messages.map(({ id }) => id))).values())
      queue.note(message);
    expect(queue.droppedSince()).not.toBeNull();
    await waitFor('every message in the index', async () => {
      return (await store.marks.readUnindexed(new Date(0), null, 100)).missing.length === 0;
    });
    await keeper.stop();
  });

  it('keeps the mark back, so that a crash before that loses nothing', async () => {
    const { search: store } = createChatStores(database.connection);
    const since = new Date(Date.now() - 3_600_000);
    const queue = {
      indexedUntil: () => new Date(),
      rest: () => 1,
      droppedSince: () => since,
      takeDropped: () => null,
    };
    const keeper = createSearchKeeper({ store, queue, onError: () => undefined });
    await keeper.heal();
    await keeper.stop();
    await keeper.leave();
    expect((await store.marks.read()).since).toEqual(since);
  });
});

describe('marks', () => {
  it('are removed by a node that ends in good order, so that the next one compares nothing', async () => {
    const node = createSearchNode(database);
    await node.heal();
    expect(await marks()).toHaveLength(2);
    await node.say(ann, bob, 'hello');
    await node.close();
    expect(await marks()).toEqual(['built']);
    let compared = 0;
    const next = createSearchNode(database, undefined, ({ search, ...stores }) => ({
      ...stores,
      search: {
        ...search,
        marks: {
          ...search.marks,
          readUnindexed(...range) {
            compared += 1;
            return search.marks.readUnindexed(...range);
          },
        },
      },
    }));
    await next.heal();
    expect(compared).toBe(0);
    await next.close();
  });

  it('make a first start index everything that was written without an index', async () => {
    const old = createSearchNode(database, undefined, neverWriting);
    for (let n = 1; n <= 30; n += 1) await old.say(ann, bob, `message ${n}`);
    const long = new Date(Date.now() - 7 * 86_400_000);
    const messages = messageCollection(database.connection);
    const [oldest] = await messages.find().sort({ '_id.rev': 1 }).limit(1).toArray();
    if (oldest === undefined) throw new Error('no message was written');
    await messages.deleteOne({ _id: oldest._id });
    await messages.insertOne({ ...oldest, id: Types.ObjectId.createFromTime(long.getTime() / 1_000) });

    const node = createSearchNode(database);
    await node.heal();
    expect(await node.find(bob, 'message', { limit: 100 })).toHaveLength(30);
    await node.close();
  });

  it('of a crashed node go once everything since then is indexed', async () => {
    const crashing = createSearchNode(database, undefined, neverWriting);
    await crashing.heal();
    await crashing.say(ann, bob, 'lost');
    expect(await marks()).toHaveLength(2);
    const node = createSearchNode(database);
    await node.heal();
    await node.close();
    expect(await marks()).toEqual(['built']);
  });
});
