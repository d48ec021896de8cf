import { LOBBY_CHAT_ID } from '@parley/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/services/actor.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createTestNode, newActor, prepareChats, type TestNode } from './chat-services.fixture.js';

let database: TestDatabase;
let node: TestNode;
let ann: Actor;
let bob: Actor;
const eve = newActor('eve');

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
  expect(node.errors).toEqual([]);
});

const text = (content: string) => ({ content, messageType: 'text' as const });
async function sendMany(count: number, from = ann, to = bob) {
  const ids: string[] = [];
  let chatId = '';
  for (let n = 1; n <= count; n += 1) {
    const { view } = await node.messages.send(from, { to: to.userId, ...text(`message ${n}`) });
    ids.push(view.message.id);
    chatId = view.chat.id;
  }
  return { chatId, ids };
}
const refusal = (code: string) => ({ code });

describe('changing messages', () => {
  it('edits an own message, keeps its history and takes the next rev', async () => {
    const { ids } = await sendMany(1);
    const { message } = await node.messages.edit(ann, ids[0]!, 'better');
    expect(message).toMatchObject({ content: 'better', seq: 1, rev: 2, history: [{ content: 'message 1' }] });
    expect((await node.messages.edit(ann, ids[0]!, 'better')).message.rev).toBe(2);
  });

  it('refuses to edit or delete what somebody else wrote, and hides foreign messages altogether', async () => {
    const { ids, chatId } = await sendMany(1);
    await expect(node.messages.edit(bob, ids[0]!, 'x')).rejects.toMatchObject(refusal('forbidden'));
    await expect(node.messages.remove(bob, ids[0]!, 'everyone')).rejects.toMatchObject(refusal('forbidden'));
    // One after the other: a refusal that nobody waits for yet counts as unhandled.
    for (const attempt of [
      () => node.messages.edit(eve, ids[0]!, 'x'),
      () => node.messages.remove(eve, ids[0]!, 'me'),
      () => node.receipts.markRead(eve, { messageId: ids[0]! }),
    ]) {
      await expect(attempt()).rejects.toMatchObject(refusal('message_not_found'));
    }
    await expect(node.messages.pageOfChat(eve, chatId, { limit: 5 })).rejects.toMatchObject(
      refusal('chat_not_found'),
    );
    await expect(node.messages.send(eve, { chatId, ...text('hi') })).rejects.toMatchObject(
      refusal('chat_not_found'),
    );
    await expect(node.receipts.markRead(eve, { chatId })).rejects.toMatchObject(refusal('chat_not_found'));
  });

  it('leaves a tombstone without content or history when deleted for everyone', async () => {
    const { ids, chatId } = await sendMany(1);
    await node.messages.edit(ann, ids[0]!, 'secret');
    const { message } = await node.messages.remove(ann, ids[0]!, 'everyone');
    expect(message).toMatchObject({ content: '', rev: 3 });
    expect(message.history).toBeUndefined();
    const stored = await database.connection.collection('messages').find({}).toArray();
    expect(
      JSON.stringify(
        stored.filter(({ _id }) => String((_id as unknown as { chatId: unknown }).chatId) === chatId),
      ),
    ).not.toContain('secret');
    await expect(node.messages.edit(ann, ids[0]!, 'again')).rejects.toMatchObject(refusal('message_deleted'));
  });

  it('hides a message from one member only, on pages and in the list of chats', async () => {
    const { ids, chatId } = await sendMany(2);
    await node.messages.remove(bob, ids[1]!, 'me');
    expect((await node.messages.pageOfChat(bob, chatId, { limit: 5 })).messages).toHaveLength(1);
    expect((await node.messages.pageOfChat(ann, chatId, { limit: 5 })).messages).toHaveLength(2);
    const { chats } = await node.chats.list(bob, { limit: 5 });
    expect(chats[0]?.lastMessage?.message.id).toBe(ids[0]);
    expect(chats[0]?.unreadCount).toBe(1);
  });

  it('refuses a message to oneself', async () => {
    await expect(node.messages.send(ann, { to: ann.userId, ...text('x') })).rejects.toMatchObject(
      refusal('cannot_message_self'),
    );
  });
});

describe('paging', () => {
  it('walks a chat backwards and forwards without gaps', async () => {
    const { chatId } = await sendMany(23);
    const seqs = async (query: object) =>
      (await node.messages.pageOfChat(ann, chatId, { limit: 10, ...query })).messages.map(
        ({ message }) => message.seq,
      );
    const newest = await node.messages.pageOfChat(ann, chatId, { limit: 10 });
    expect(newest).toMatchObject({ hasMore: true, nextCursor: 14, total: 23 });
    expect(newest.messages.map(({ message }) => message.seq)).toEqual([
      14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
    ]);
    expect(await seqs({ before: 14 })).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(await seqs({ before: 4 })).toEqual([1, 2, 3]);
    expect(await seqs({ after: 20 })).toEqual([21, 22, 23]);
    expect(await seqs({ skip: 20 })).toEqual([1, 2, 3]);
    expect(await node.messages.pageOfChat(ann, chatId, { limit: 10, before: 4 })).toMatchObject({
      hasMore: false,
      nextCursor: null,
    });
  });
});

describe('receipts and unread counts', () => {
  it('moves forward only and never beyond the last message', async () => {
    const { chatId, ids } = await sendMany(5);
    expect(await node.receipts.markRead(bob, { messageId: ids[2]! })).toEqual({
      chatId,
      readSeq: 3,
      unreadCount: 2,
    });
    expect(await node.receipts.markRead(bob, { chatId, upTo: 1 })).toMatchObject({ readSeq: 3 });
    expect(await node.receipts.markRead(bob, { chatId, upTo: 999 })).toMatchObject({
      readSeq: 5,
      unreadCount: 0,
    });
  });

  it('does not count own messages, deleted ones and read ones', async () => {
    const { chatId, ids } = await sendMany(4);
    await node.messages.send(bob, { chatId, ...text('mine') });
    await node.messages.remove(ann, ids[3]!, 'everyone');
    await node.receipts.markRead(bob, { chatId, upTo: 1 });
    expect((await node.chats.list(bob, { limit: 5 })).chats[0]?.unreadCount).toBe(2);
    expect(await node.chats.unreadOf(bob.userId)).toEqual({ total: 2, chats: [{ chatId, unreadCount: 2 }] });
  });

  it('does not count what the reader has deleted for oneself, nor forgets the chats where nothing is', async () => {
    const { chatId, ids } = await sendMany(4);
    const carol = newActor('carol');
    const { view } = await node.messages.send(carol, { to: bob.userId, ...text('nothing is hidden here') });
    await node.receipts.markRead(bob, { chatId, upTo: 1 });
    await node.messages.remove(bob, ids[0]!, 'me');
    await node.messages.remove(bob, ids[2]!, 'me');
    expect(await node.chats.unreadOf(bob.userId)).toEqual({
      total: 3,
      chats: expect.arrayContaining([
        { chatId, unreadCount: 2 },
        { chatId: view.chat.id, unreadCount: 1 },
      ]) as unknown,
    });
  });

  it('shows messages as delivered, then read, to both sides, and publishes each step once it is stored', async () => {
    const { chatId } = await sendMany(2);
    const steps: unknown[] = [];
    const delivered = new Promise<void>((resolve) => {
      node.bus.subscribe('receipt.advanced', (event) => {
        if (event.chat.id !== chatId) return;
        steps.push({ readSeq: event.readSeq, deliveredSeq: event.deliveredSeq, read: event.read });
        resolve();
      });
    });
    const chat = { id: chatId, kind: 'direct' as const, participants: [ann.userId, bob.userId] };
    node.receipts.noteDelivered(chat, bob.userId, 1);
    node.receipts.noteDelivered(chat, bob.userId, 2);
    // Another device was slower.
    node.receipts.noteDelivered(chat, bob.userId, 1);
    await delivered;
    const view = async () =>
      (await node.messages.pageOfChat(ann, chatId, { limit: 5 })).messages.map(({ delivered, isRead }) => ({
        delivered,
        isRead,
      }));
    expect(await view()).toEqual([
      { delivered: true, isRead: false },
      { delivered: true, isRead: false },
    ]);
    await node.receipts.markRead(bob, { chatId });
    expect(await view()).toEqual([
      { delivered: true, isRead: true },
      { delivered: true, isRead: true },
    ]);
    expect(steps).toEqual([
      { readSeq: 0, deliveredSeq: 2, read: false },
      { readSeq: 2, deliveredSeq: 2, read: true },
    ]);
  });

  it('keeps read marks of two devices that race at the higher one', async () => {
    const { chatId } = await sendMany(20);
    const results = await Promise.all(
      [5, 20, 1, 12, 7].map((upTo) => node.receipts.markRead(bob, { chatId, upTo })),
    );
    expect(Math.max(...results.map(({ readSeq }) => readSeq))).toBe(20);
    expect(await node.receipts.markRead(bob, { chatId, upTo: 1 })).toMatchObject({ readSeq: 20 });
  });
});

describe('the list of chats', () => {
  it('shows the chat of the last ack first, with its last message, at once', async () => {
    const others = Array.from({ length: 5 }, () => newActor());
    for (const other of others)
      await node.messages.send(other, { to: ann.userId, ...text(`from ${other.userId}`) });
    for (const other of others) {
      const { view } = await node.messages.send(ann, { to: other.userId, ...text('back') });
      const { chats } = await node.chats.list(ann, { limit: 3 });
      expect(chats[0]?.lastMessage?.message.id).toBe(view.message.id);
      expect(chats[0]?.chat).toMatchObject({ lastSeq: 2, rev: 2 });
    }
  });

  it('pages by cursor without repeating or missing a chat, and refuses a forged cursor', async () => {
    const others = Array.from({ length: 7 }, () => newActor());
    await Promise.all(others.map((other) => node.messages.send(other, { to: ann.userId, ...text('x') })));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await node.chats.list(ann, { limit: 3, cursor });
      seen.push(...page.chats.map(({ chat }) => chat.id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen.filter((id) => id !== LOBBY_CHAT_ID)).toHaveLength(7);
    expect(new Set(seen).size).toBe(seen.length);
    await expect(node.chats.list(ann, { limit: 3, cursor: 'forged' })).rejects.toMatchObject(
      refusal('invalid_request'),
    );
  });

  it('is in order again after a crash that lost what had not been written to it', async () => {
    const [carol, dave] = [newActor('carol'), newActor('dave')];
    for (const other of [carol, dave]) await node.messages.send(other, { to: bob.userId, ...text('hello') });
    await node.chats.list(bob, { limit: 5 });
    // A node that dies before its delayed writes of the chats' own documents.
    const dying = createTestNode(database, undefined, (stores) => ({
      ...stores,
      chats: { ...stores.chats, advanceHeads: () => Promise.resolve() },
    }));
    const { view } = await dying.messages.send(carol, { to: bob.userId, ...text('the last one') });
    const order = async (node: TestNode) =>
      (await node.chats.list(bob, { limit: 5 })).chats.map(({ lastMessage }) => lastMessage?.message.content);
    const fresh = createTestNode(database);
    expect(await order(fresh)).toEqual(['hello', 'the last one']);
    await fresh.heal();
    expect(await order(fresh)).toEqual(['the last one', 'hello']);
    expect((await fresh.chats.list(bob, { limit: 5 })).chats[0]).toMatchObject({
      chat: { id: view.chat.id, lastSeq: 2 },
      unreadCount: 2,
    });
    await dying.close();
    await fresh.close();
  });
});
