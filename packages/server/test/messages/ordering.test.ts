import { Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageCollection } from '../../src/models/message.model.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createTestNode, newActor, prepareChats } from './chat-services.fixture.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareChats(database);
});
afterAll(() => database.close());

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const text = (content: string) => ({ content, messageType: 'text' as const });

async function readLog(chatId: string) {
  const entries = await messageCollection(database.connection)
    .find({ '_id.chatId': Types.ObjectId.createFromHexString(chatId) })
    .sort({ _id: 1 })
    .toArray();
  return entries.map(({ _id, ...rest }): Record<string, unknown> => ({ ...rest, rev: _id.rev }));
}

describe('the log of a chat', () => {
  it('gives two strangers who write at the same moment one chat', async () => {
    const [node, other] = [createTestNode(database), createTestNode(database)];
    for (const _ of range(10)) {
      const [ann, bob] = [newActor(), newActor()];
      const sent = await Promise.all([
        node.messages.send(ann, { to: bob.userId, ...text('hello') }),
        other.messages.send(bob, { to: ann.userId, ...text('hi') }),
      ]);
      expect(new Set(sent.map(({ view }) => view.chat.id)).size).toBe(1);
      expect(sent.map(({ view }) => view.message.seq).sort()).toEqual([1, 2]);
    }
  });

  it('leaves neither seq nor rev with holes when 16 writers on 4 nodes send and edit at once', async () => {
    const nodes = range(4).map(() => createTestNode(database));
    const [ann, bob] = [newActor(), newActor()];
    const first = await nodes[0]!.messages.send(ann, { to: bob.userId, ...text('first') });
    const chatId = first.view.chat.id;
    await Promise.all(
      range(16).map(async (writer) => {
        const node = nodes[writer % nodes.length]!;
        const actor = writer % 2 === 0 ? ann : bob;
        for (const number of range(12)) {
          const { view } = await node.messages.send(actor, { chatId, ...text(`${writer}:${number}`) });
          if (number % 3 === 0)
            await node.messages.edit(actor, view.message.id, `${writer}:${number} edited`);
        }
      }),
    );
    const log = await readLog(chatId);
    expect(log.map(({ rev }) => rev)).toEqual(range(1 + 16 * 12 + 16 * 4));
    const messages = log.filter((entry) => Number(entry['seq']) > 0);
    expect(messages.map((entry) => entry['seq'])).toEqual(range(1 + 16 * 12));
    expect(messages.filter((entry) => String(entry['content']).endsWith('edited'))).toHaveLength(16 * 4);
    expect(log.filter((entry) => entry['pending'])).toHaveLength(0);
  });

  it('keeps the order in which one sender handed in, and publishes in the order of rev', async () => {
    const node = createTestNode(database);
    const [ann, bob] = [newActor(), newActor()];
    const published: number[] = [];
    node.bus.subscribe('message.created', ({ message }) => published.push(message.rev));
    const first = await node.messages.send(ann, { to: bob.userId, ...text('0') });
    const sent = await Promise.all(
      range(300).map((n) => node.messages.send(ann, { chatId: first.view.chat.id, ...text(`${n}`) })),
    );
    expect(sent.map(({ view }) => view.message.content)).toEqual(range(300).map(String));
    expect(sent.map(({ view }) => view.message.seq)).toEqual(range(300).map((n) => n + 1));
    expect(published).toEqual(range(301));
  });

  it('never lets times run backwards within a chat when the clock does', async () => {
    let time = new Date('2026-11-21T12:00:00Z');
    const node = createTestNode(database, () => time);
    const [ann, bob] = [newActor(), newActor()];
    const before = await node.messages.send(ann, { to: bob.userId, ...text('before') });
    time = new Date('2026-11-21T11:00:00Z');
    const after = await node.messages.send(bob, { to: ann.userId, ...text('after') });
    expect(after.view.message.seq).toBe(2);
    expect(after.view.message.createdAt.getTime()).toBeGreaterThanOrEqual(
      before.view.message.createdAt.getTime(),
    );
  });
});

describe('idempotent sends', () => {
  it('makes one message of 100 parallel sends with one clientId, on two nodes, with 100 equal answers', async () => {
    const nodes = [createTestNode(database), createTestNode(database)];
    const [ann, bob] = [newActor(), newActor()];
    const input = { to: bob.userId, ...text('once'), clientId: 'key-1' };
    const sent = await Promise.all(range(100).map((n) => nodes[n % 2]!.messages.send(ann, input)));
    expect(new Set(sent.map(({ view }) => JSON.stringify(view.message))).size).toBe(1);
    expect(sent.filter(({ replay }) => !replay)).toHaveLength(1);
    expect(await readLog(sent[0]!.view.chat.id)).toHaveLength(1);
  });

  it('leaves no hole when replays stand among new sends of one batch', async () => {
    const node = createTestNode(database);
    const [ann, bob] = [newActor(), newActor()];
    const first = await node.messages.send(ann, { to: bob.userId, ...text('0'), clientId: 'k0' });
    await node.messages.send(ann, { to: bob.userId, ...text('1'), clientId: 'k1' });
    const sent = await Promise.all(
      range(60).map((n) =>
        node.messages.send(ann, {
          to: bob.userId,
          ...text(`${n % 7 === 0 ? 1 : n}`),
          clientId: n % 7 === 0 ? 'k1' : `n${n}`,
        }),
      ),
    );
    const log = await readLog(first.view.chat.id);
    expect(log.map(({ rev }) => rev)).toEqual(range(2 + 60 - 8));
    expect(sent.filter(({ replay }) => replay)).toHaveLength(8);
    expect(new Set(sent.filter(({ replay }) => replay).map(({ view }) => view.message.seq))).toEqual(
      new Set([2]),
    );
  });

  it('refuses the same clientId with another body, also after an edit and on another node', async () => {
    const node = createTestNode(database);
    const [ann, bob] = [newActor(), newActor()];
    const { view } = await node.messages.send(ann, { to: bob.userId, ...text('original'), clientId: 'key' });
    await node.messages.edit(ann, view.message.id, 'edited');
    const other = createTestNode(database);
    await expect(
      other.messages.send(ann, { to: bob.userId, ...text('edited'), clientId: 'key' }),
    ).rejects.toMatchObject({ code: 'client_id_conflict' });
    const again = await other.messages.send(ann, { to: bob.userId, ...text('original'), clientId: 'key' });
    expect(again).toMatchObject({
      replay: true,
      view: { message: { id: view.message.id, content: 'edited' } },
    });
  });

  it('refuses all but the first of different bodies that come with one clientId at once', async () => {
    const node = createTestNode(database);
    const [ann, bob] = [newActor(), newActor()];
    const { view } = await node.messages.send(ann, { to: bob.userId, ...text('to have a chat') });
    const answers = await Promise.allSettled(
      range(5).map((n) =>
        node.messages.send(ann, { chatId: view.chat.id, ...text(`body ${n}`), clientId: 'contested' }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', ...range(4).map(() => 'rejected')]);
    for (const answer of answers.slice(1))
      expect(answer).toMatchObject({ reason: { code: 'client_id_conflict' } });
  });

  it('takes a repeated send for the one under way, however many came in between', async () => {
    const offered: unknown[] = [];
    const node = createTestNode(database, undefined, (stores) => ({
      ...stores,
      messages: {
        ...stores.messages,
        insert(batch) {
          offered.push(...batch.map((entry) => entry.type === 'message' && entry.message.clientId));
          return stores.messages.insert(batch);
        },
      },
    }));
    const [ann, bob] = [newActor(), newActor()];
    const { view } = await node.messages.send(ann, { to: bob.userId, ...text('to have a chat') });
    const send = (clientId: string) =>
      node.messages.send(ann, { chatId: view.chat.id, ...text(clientId), clientId });
    const [first, ...rest] = await Promise.all(['again', ...range(2_100).map(String), 'again'].map(send));
    expect(offered.filter((clientId) => clientId === 'again')).toHaveLength(1);
    expect(rest.at(-1)).toMatchObject({ replay: true, view: { message: { id: first?.view.message.id } } });
  });

  it('gives the tombstone when the message was deleted meanwhile', async () => {
    const node = createTestNode(database);
    const [ann, bob] = [newActor(), newActor()];
    const input = { to: bob.userId, ...text('gone'), clientId: 'key' };
    const { view } = await node.messages.send(ann, input);
    await node.messages.remove(ann, view.message.id, 'everyone');
    const again = await node.messages.send(ann, input);
    expect(again).toMatchObject({ replay: true, view: { message: { id: view.message.id, content: '' } } });
  });

  it('keeps the clientIds of two senders apart', async () => {
    const node = createTestNode(database);
    const [ann, bob] = [newActor(), newActor()];
    const sent = await Promise.all([
      node.messages.send(ann, { to: bob.userId, ...text('a'), clientId: 'same' }),
      node.messages.send(bob, { to: ann.userId, ...text('b'), clientId: 'same' }),
    ]);
    expect(sent.map(({ replay }) => replay)).toEqual([false, false]);
  });
});
