import { mongo, Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pairKeyOf } from '../../src/models/chat.store.js';
import { type ChatStores, createChatStores } from '../../src/models/chat.stores.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { prepareChats } from './chat-services.fixture.js';

let database: TestDatabase;
let stores: ChatStores;

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareChats(database);
  stores = createChatStores(database.connection);
});
afterAll(() => database.close());

const newId = () => new Types.ObjectId().toHexString();
const mark = (chatId: string, userId: string, seq: number) => ({
  chatId,
  userId,
  readSeq: seq,
  deliveredSeq: seq,
  readAt: null,
});

it('moves a watermark by its id, forward only, and makes it anew where nothing has that id any more', async () => {
  const [chatId, userId] = [newId(), newId()];
  const seqOf = async () => (await stores.memberships.ofUser(userId, [chatId]))[0]?.readSeq;
  await stores.memberships.advance([mark(chatId, userId, 1)]);
  const held = (await stores.memberships.find([{ chatId, userId }])).get(`${chatId}:${userId}`);
  expect(held?.id).toMatch(/^[0-9a-f]{24}$/);
  const id = held?.id as string;
  await stores.memberships.advance([{ ...mark(chatId, userId, 5), id }]);
  await stores.memberships.advance([{ ...mark(chatId, userId, 3), id }]);
  expect(await seqOf()).toBe(5);
  const { connection } = database;
  await connection.getClient().db(connection.name).collection('memberships').deleteMany({});
  await stores.memberships.advance([{ ...mark(chatId, userId, 6), id }, mark(chatId, newId(), 1)]);
  expect(await seqOf()).toBe(6);
});

it('moves heads forward only, each part by itself', async () => {
  const pairKey = pairKeyOf(newId(), newId());
  const chat = (await stores.chats.openDirects([pairKey], new Date(0))).get(pairKey);
  const chatId = chat?.id as string;
  const head = (rev: number, lastSeq: number | null, at: number | null) => ({
    chatId,
    rev,
    lastSeq,
    lastMessageId: lastSeq === null ? null : newId(),
    lastActivity: at === null ? null : new Date(at),
  });
  await stores.chats.advanceHeads([head(4, 3, 3_000)]);
  await stores.chats.advanceHeads([head(2, 2, 2_000)]);
  await stores.chats.advanceHeads([head(5, null, null)]);
  expect(await stores.chats.findById(chatId)).toMatchObject({
    rev: 5,
    lastSeq: 3,
    lastActivity: new Date(3_000),
  });
});

it('opens many direct chats at once, each of them once, whoever else opens them', async () => {
  const user = newId();
  const pairKeys = Array.from({ length: 50 }, () => pairKeyOf(user, newId()));
  const opened = await Promise.all([
    stores.chats.openDirects(pairKeys.slice(0, 30), new Date()),
    stores.chats.openDirects(pairKeys.slice(20), new Date()),
    stores.chats.openDirects(pairKeys, new Date()),
  ]);
  const ids = new Set(opened.flatMap((chats) => [...chats.values()].map(({ id }) => id)));
  expect(ids.size).toBe(50);
  expect(opened.map(({ size }) => size)).toEqual([30, 30, 50]);
  const found = await stores.chats.findDirects([...pairKeys, pairKeyOf(user, newId())]);
  expect([...found.keys()].sort()).toEqual([...pairKeys].sort());
});

it('lists the chats of many members at once, each by activity and bounded, however many they have together', async () => {
  const [busy, quiet, nobody, other] = [newId(), newId(), newId(), newId()];
  const open = (pairs: string[], at: number) => stores.chats.openDirects(pairs, new Date(at));
  for (const [at, member] of [busy, quiet, busy, busy].entries())
    await open([pairKeyOf(member, newId())], at * 1_000);
  await open([pairKeyOf(busy, quiet)], 9_000);
  const timesOf = async (limit: number) => {
    const lists = await stores.chats.listOfMany([busy, quiet, nobody], limit);
    return [busy, quiet, nobody].map((id) =>
      lists.get(id)?.map((chat) => chat.lastActivity.getTime() / 1_000),
    );
  };
  expect(await timesOf(10)).toEqual([[9, 3, 2, 0], [9, 1], []]);
  expect(await timesOf(2)).toEqual([[9, 3], [9, 1], []]);
  expect([...(await stores.chats.listOfMany([quiet], 1)).values()].flat()).toHaveLength(1);

  const members = [busy, ...Array.from({ length: 30 }, newId), quiet];
  const ofCrowd = await stores.chats.listOfMany(members, 10);
  expect([...ofCrowd.keys()]).toEqual(members);
  expect(members.map((id) => ofCrowd.get(id)?.length)).toEqual([
    4,
    ...Array.from({ length: 30 }, () => 0),
    2,
  ]);

  const crowd = Array.from({ length: 1_001 }, () => pairKeyOf(other, newId()));
  await open(crowd, 20_000);
  const lists = await stores.chats.listOfMany([other, quiet], 10);
  expect([...lists.values()].map(({ length }) => length)).toEqual([10, 2]);
});

describe('where chats stand', () => {
  const [ann, bob] = [newId(), newId()];
  const message = (chatId: string, seq: number, rev: number) => ({
    type: 'message' as const,
    message: {
      id: newId(),
      chatId,
      seq,
      rev,
      createdRev: rev,
      sender: ann,
      content: `message ${seq}`,
      messageType: 'text' as const,
      createdAt: new Date(1_000 * rev),
    },
  });
  type Sent = ReturnType<typeof message>['message'];
  const edit = (of: Sent, lastSeq: number, rev: number) => ({
    type: 'change' as const,
    change: {
      id: newId(),
      chatId: of.chatId,
      rev,
      lastSeq,
      kind: 'edit' as const,
      by: bob,
      at: new Date(1_000 * rev),
      next: { ...of, content: 'edited', rev },
    },
  });

  it('is the newest message, or the change that came after it', async () => {
    const [plain, changed, goneOn, empty] = [newId(), newId(), newId(), newId()];
    const [a, b] = [message(changed, 1, 1), message(goneOn, 1, 1)];
    const log = [
      message(plain, 1, 1),
      message(plain, 2, 2),
      a,
      edit(a.message, 1, 2),
      edit(a.message, 1, 3),
      b,
      edit(b.message, 1, 2),
      message(goneOn, 2, 3),
    ];
    expect(await stores.messages.insert(log)).toEqual({ inserted: 8, failure: null });
    const all = [plain, changed, goneOn, empty];
    const heads = await stores.reader.heads(all);
    expect(all.map((id) => heads.get(id))).toEqual([
      { rev: 2, seq: 2, at: new Date(2_000) },
      { rev: 3, seq: 1, at: new Date(3_000) },
      { rev: 3, seq: 2, at: new Date(3_000) },
      undefined,
    ]);
    const revs = await stores.reader.revs(all);
    expect(all.map((id) => revs.get(id))).toEqual([2, 3, 3, undefined]);
    const latest = await stores.reader.latest(all);
    expect(all.map((id) => latest.get(id)?.lastMessage?.content)).toEqual([
      'message 2',
      'message 1',
      'message 2',
      undefined,
    ]);
    expect(all.map((id) => latest.get(id)?.head)).toEqual(all.map((id) => heads.get(id)));
  });

  it('is found by a few seeks, however much was written and changed', async () => {
    const chatId = newId();
    const sent = Array.from({ length: 200 }, (_, n) => message(chatId, n + 1, n + 1));
    const changes = sent.map(({ message: of }, n) => edit(of, 200, 201 + n));
    await stores.messages.insert([...sent, ...changes]);
    const scanned = async () => {
      const status = await database.connection.getClient().db('admin').command({ serverStatus: 1 });
      return (status['metrics'] as { queryExecutor: { scanned: number } }).queryExecutor.scanned;
    };
    const before = await scanned();
    expect((await stores.reader.revs([chatId])).get(chatId)).toBe(400);
    const between = await scanned();
    expect((await stores.reader.heads([chatId])).get(chatId)).toMatchObject({ rev: 400, seq: 200 });
    const after = await scanned();
    // Of 400 entries: a seek to each end, and the change itself.
    expect(Math.max(between - before, after - between)).toBeLessThan(8);
  });

  it('has each revision once, whoever writes it', async () => {
    const chatId = newId();
    await stores.messages.insert([message(chatId, 1, 1), message(chatId, 2, 2)]);
    const late = await stores.messages.insert([
      message(chatId, 3, 3),
      message(chatId, 2, 2),
      message(chatId, 4, 4),
    ]);
    expect(late).toEqual({ inserted: 1, failure: { taken: 'rev' } });
  });
});

it('takes no part of a batch for written that may not last, whatever else was refused in it', async () => {
  const refused = { code: 11000, index: 1, errmsg: 'E11000 duplicate key error index: _id_ dup key: { }' };
  const error = new mongo.MongoBulkWriteError(
    { message: refused.errmsg, code: refused.code, writeErrors: [refused] as never },
    { getWriteConcernError: () => ({ code: 189, errmsg: 'stepped down' }) } as never,
  );
  const { messages } = createChatStores(database.connection, {
    insert: () => Promise.reject(error),
    setReachable: () => undefined,
  });
  await expect(messages.insert([])).rejects.toMatchObject({ code: 189 });
});
