import { LOBBY_CHAT_ID } from '@parley/protocol';
import fc from 'fast-check';
import { mongo, Types } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createChatStores } from '../../src/models/chat.stores.js';
import { type MessageDocument, messageCollection } from '../../src/models/message.model.js';
import type { Actor } from '../../src/services/actor.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createTestNode, newActor, prepareChats, type TestNode } from './chat-services.fixture.js';

let database: TestDatabase;
let node: TestNode;
let ann: Actor;
let bob: Actor;

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareChats(database);
  node = createTestNode(database);
  await node.heal();
});
beforeEach(() => {
  [ann, bob] = [newActor('ann'), newActor('bob')];
});
afterAll(async () => {
  await node.close();
  await database.close();
});

const text = (content: string) => ({ content, messageType: 'text' as const });

/** A client that holds messages by id and the rev of each chat, and catches up by sync alone. */
class Replica {
  readonly messages = new Map<string, { id: string; content: string; rev: number; deleted: boolean }>();
  revs: Record<string, number> = {};
  constructor(readonly actor: Actor) {}

  async catchUp(limit: number): Promise<number> {
    for (let calls = 1; ; calls += 1) {
      const answer = await node.sync.sync(this.actor, { chats: this.revs, limit });
      for (const chat of answer.chats) {
        if (chat.gone) continue;
        for (const { message } of chat.messages) {
          if (message.hiddenFor?.some(({ userId }) => userId === this.actor.userId))
            this.messages.delete(message.id);
          else
            this.messages.set(message.id, {
              id: message.id,
              content: message.content,
              rev: message.rev,
              deleted: message.deletedAt !== undefined,
            });
        }
        this.revs[chat.chatId] = chat.rev;
      }
      if (!answer.more) return calls;
    }
  }
}

async function fresh(actor: Actor, chatId: string) {
  const { messages } = await node.messages.pageOfChat(actor, chatId, { limit: 1_000 });
  return messages.map(({ message }) => ({
    id: message.id,
    content: message.content,
    rev: message.rev,
    deleted: message.deletedAt !== undefined,
  }));
}

describe('sync', () => {
  it('gives a new device everything in bounded pages, and nothing twice when nothing changed', async () => {
    const { view } = await node.messages.send(ann, { to: bob.userId, ...text('0') });
    await Promise.all(
      Array.from({ length: 24 }, (_, n) => node.messages.send(ann, { to: bob.userId, ...text(`${n}`) })),
    );
    const replica = new Replica(bob);
    expect(await replica.catchUp(10)).toBe(3);
    expect(replica.messages.size).toBe(25);
    const answer = await node.sync.sync(bob, { chats: replica.revs, limit: 10 });
    expect(answer).toMatchObject({ more: false, chats: [{ chatId: view.chat.id, rev: 25, messages: [] }] });
  });

  it('tells of a chat that the client did not know, with the chat itself', async () => {
    const { view } = await node.messages.send(ann, { to: bob.userId, ...text('hello') });
    const { chats } = await node.sync.sync(bob, { chats: {}, limit: 10 });
    expect(chats).toMatchObject([
      {
        chatId: view.chat.id,
        rev: 1,
        chat: { chat: { id: view.chat.id }, unreadCount: 1 },
        messages: [{ message: { seq: 1 } }],
      },
    ]);
  });

  it('answers resync to a rev from the future and to another epoch, and gone to a foreign chat', async () => {
    const { view } = await node.messages.send(ann, { to: bob.userId, ...text('hello') });
    const chatId = view.chat.id;
    const future = await node.sync.sync(bob, { chats: { [chatId]: 99 }, limit: 10 });
    expect(future.chats).toMatchObject([
      { chatId, resync: true, rev: 1, messages: [{ message: { seq: 1 } }] },
    ]);
    const other = await node.sync.sync(bob, { chats: { [chatId]: 1 }, limit: 10, epoch: 'another' });
    expect(other.chats).toMatchObject([{ chatId, resync: true, messages: [{}] }]);
    const foreign = await node.sync.sync(newActor(), { chats: { [chatId]: 1 }, limit: 10 });
    expect(foreign.chats).toEqual([
      { chatId, rev: 0, more: false, gone: true, messages: [], watermarks: [] },
    ]);
  });

  it('tells of a message that its reader hid, even to a client that never had it', async () => {
    const { view } = await node.messages.send(ann, { to: bob.userId, ...text('not for long') });
    const { chatId, id } = view.message;
    await node.messages.send(ann, { to: bob.userId, ...text('stays') });
    await node.messages.remove(bob, id, 'me');
    const told = async (actor: Actor) =>
      (await node.sync.sync(actor, { chats: { [chatId]: 0 }, limit: 100 })).chats[0]?.messages.map(
        ({ message }) => [message.id === id, message.hiddenFor?.map(({ userId }) => userId)],
      );
    for (const actor of [bob, ann]) {
      expect(await told(actor)).toEqual([
        [false, undefined],
        [true, [bob.userId]],
      ]);
    }
  });

  it('carries the watermarks of both members', async () => {
    const { view } = await node.messages.send(ann, { to: bob.userId, ...text('hello') });
    await node.receipts.markRead(bob, { chatId: view.chat.id });
    const { chats } = await node.sync.sync(ann, { chats: { [view.chat.id]: 1 }, limit: 10 });
    expect(chats[0]?.watermarks).toEqual([{ userId: bob.userId, readSeq: 1, deliveredSeq: 1 }]);
  });

  it('tells of no message whose write has not been acknowledged: a crash could still take it back', async () => {
    let acknowledge: () => void = () => undefined;
    const acknowledged = new Promise<void>((resolve) => (acknowledge = resolve));
    // The entry can be read as soon as it is inserted; the database says a moment later that it is journaled.
    const slow = createTestNode(database, undefined, (stores) => ({
      ...stores,
      messages: {
        ...stores.messages,
        async insert(batch) {
          const outcome = await stores.messages.insert(batch);
          await acknowledged;
          return outcome;
        },
      },
    }));
    const sending = slow.messages.send(ann, { to: bob.userId, ...text('hello') });
    const isThere = async () => (await node.sync.sync(bob, { chats: {}, limit: 10 })).chats.length === 1;
    await expect.poll(isThere).toBe(true);
    const steps: string[] = [];
    const syncing = slow.sync.sync(bob, { chats: {}, limit: 10 }).then(({ chats }) => {
      steps.push('told');
      return chats;
    });
    // The other node answers the same question several times meanwhile.
    for (let n = 0; n < 5; n += 1) await isThere();
    steps.push('acknowledged');
    acknowledge();
    expect(await syncing).toMatchObject([{ rev: 1, messages: [{ message: { content: 'hello' } }] }]);
    expect(steps).toEqual(['acknowledged', 'told']);
    await sending;
    await slow.close();
  });

  /** What a crash leaves of an edit to 'after': its entry is on disk, the message is as it was. */
  async function leaveHalfAnEdit() {
    const { view } = await node.messages.send(ann, { to: bob.userId, ...text('before') });
    const log = messageCollection(database.connection);
    const stored = (await log.findOne({ id: new Types.ObjectId(view.message.id) })) as MessageDocument;
    await log.insertOne({
      _id: { ...stored._id, rev: 2 },
      id: new Types.ObjectId(),
      seq: -2,
      lastSeq: 1,
      change: 'edit',
      target: stored.id,
      by: stored.sender,
      createdAt: new Date(),
      pending: true,
      next: { ...stored, content: 'after', changed: 2 },
    });
    return view;
  }

  it('completes a change that a crash left between its entry and its message', async () => {
    const view = await leaveHalfAnEdit();
    const { chats } = await node.sync.sync(bob, { chats: { [view.chat.id]: 1 }, limit: 10 });
    expect(chats[0]).toMatchObject({ rev: 2, messages: [{ message: { content: 'after', rev: 2 } }] });
  });

  it('builds the next change on one that a crash left half applied', async () => {
    const view = await leaveHalfAnEdit();
    const { message } = await createTestNode(database).messages.edit(ann, view.message.id, 'later');
    expect(message).toMatchObject({ rev: 3, content: 'later', history: [{ content: 'after' }] });
  });

  it('never puts an older change on top of a newer one', async () => {
    const { view } = await node.messages.send(ann, { to: bob.userId, ...text('first') });
    const { message } = await node.messages.edit(ann, view.message.id, 'second');
    const older = { ...view.message, content: 'late', rev: 2 };
    const { messages, reader } = createChatStores(database.connection);
    await messages.applyChanges([
      {
        id: messages.newId(),
        chatId: message.chatId,
        rev: 2,
        lastSeq: 1,
        kind: 'edit',
        by: ann.userId,
        at: new Date(),
        next: older,
      },
    ]);
    expect(await reader.findById(message.id)).toMatchObject({ content: 'second', rev: 2 });
  });

  it('knows no lobby as long as nobody has spoken there', async () => {
    const { chats } = await node.sync.sync(bob, { chats: {}, limit: 10 });
    expect(chats.map(({ chatId }) => chatId)).not.toContain(LOBBY_CHAT_ID);
  });

  it('makes snapshot plus changes equal a fresh read, whatever happened in between', async () => {
    const step = fc.record({
      kind: fc.constantFrom('send', 'send', 'edit', 'delete', 'hide', 'sync'),
      pick: fc.nat(),
      limit: fc.integer({ min: 1, max: 7 }),
    });
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const [one, two] = [newActor(), newActor()];
        const first = await node.messages.send(one, { to: two.userId, ...text('first') });
        const sent = [first.view.message.id];
        const deleted = new Set<string>();
        const replica = new Replica(two);
        for (const [number, { kind, pick, limit }] of steps.entries()) {
          const id = sent[pick % sent.length]!;
          if (kind === 'send')
            sent.push(
              (await node.messages.send(one, { to: two.userId, ...text(`m${number}`) })).view.message.id,
            );
          else if (kind === 'edit' && !deleted.has(id)) await node.messages.edit(one, id, `edited ${number}`);
          else if (kind === 'delete')
            deleted.add((await node.messages.remove(one, id, 'everyone')).message.id);
          else if (kind === 'hide')
            await node.messages
              .remove(two, id, 'me')
              .catch((error: { code: string }) => expect(error.code).toBe('message_not_found'));
          else if (kind === 'sync') await replica.catchUp(limit);
        }
        await replica.catchUp(3);
        const held = [...replica.messages.values()].sort((a, b) => sent.indexOf(a.id) - sent.indexOf(b.id));
        expect(held).toEqual(await fresh(two, first.view.chat.id));
      }),
      { numRuns: 25, seed },
    );
  });

  it('reads what changed by index alone: no more documents examined than given, plus one', async () => {
    const { view } = await node.messages.send(ann, { to: bob.userId, ...text('0') });
    await Promise.all(
      Array.from({ length: 500 }, (_, n) => node.messages.send(ann, { to: bob.userId, ...text(`${n}`) })),
    );
    const chatId = new Types.ObjectId(view.chat.id);
    const plan = await database.connection
      .collection('messages')
      .find({ _id: { $gt: { chatId, rev: 300 }, $lt: { chatId, rev: new mongo.MaxKey() } } } as object)
      .sort({ _id: 1 })
      .limit(101)
      .explain('executionStats');
    expect(plan['executionStats']).toMatchObject({ nReturned: 101, totalDocsExamined: 101 });
    expect(JSON.stringify(plan)).not.toContain('COLLSCAN');
  });
});
