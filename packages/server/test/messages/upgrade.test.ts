import { type mongo, Types } from 'mongoose';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureIndexes } from '../../src/database/indexes.js';
import { createChatStores } from '../../src/models/chat.stores.js';
import { indexDefinitions } from '../../src/models/index.definitions.js';
import { messageCollection } from '../../src/models/message.model.js';
import { upgradeLog } from '../../src/models/message.upgrade.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(() => database.close());

const [ann, bob, chatId] = [new Types.ObjectId(), new Types.ObjectId(), new Types.ObjectId()];
const MESSAGES = 2_500;

const db = () => database.connection.getClient().db(database.connection.name);

/** A message as it was stored under an id of its own. */
const oldMessage = (rev: number, more: object = {}) => ({
  _id: new Types.ObjectId(),
  chatId,
  rev,
  seq: rev,
  changed: rev,
  sender: rev % 2 === 0 ? ann : bob,
  content: `message ${rev}`,
  messageType: 'text',
  clientId: `key-${rev}`,
  bodyDigest: 'digest',
  createdAt: new Date(1_000 * rev),
  deleted: false,
  ...more,
});

/** A log with messages, one of which was edited, and one whose edit was cut off by a crash. */
async function writeOldLog() {
  const messages = Array.from({ length: MESSAGES }, (_, n) => oldMessage(n + 1));
  const [first, second] = messages as [ReturnType<typeof oldMessage>, ReturnType<typeof oldMessage>];
  Object.assign(first, {
    content: 'edited',
    changed: MESSAGES + 1,
    editedAt: new Date(),
    history: [{ content: 'message 1', at: new Date(0) }],
    hiddenFor: [{ userId: ann, at: new Date() }],
  });
  const change = { chatId, lastSeq: MESSAGES, change: 'edit', createdAt: new Date(5_000_000) };
  const changes = [
    { ...change, _id: new Types.ObjectId(), rev: MESSAGES + 1, target: first._id, by: first.sender },
    {
      ...change,
      _id: new Types.ObjectId(),
      rev: MESSAGES + 2,
      target: second._id,
      by: second.sender,
      pending: true,
      next: { ...second, content: 'as it shall be', changed: MESSAGES + 2 },
    },
  ];
  const old = db().collection('messages');
  await old.createIndex({ chatId: 1, rev: 1 }, { name: 'chat_rev', unique: true });
  await old.createIndex({ chatId: 1, seq: 1, sender: 1, deleted: 1 }, { name: 'chat_seq' });
  await old.insertMany([...messages, ...changes]);
  return { first, second };
}

async function expectAll({ first, second }: Awaited<ReturnType<typeof writeOldLog>>) {
  await ensureIndexes(database.connection, indexDefinitions);
  const { reader, messages } = createChatStores(database.connection);
  const chat = chatId.toHexString();
  expect(await messages.applyPending([chat])).toBe(1);
  const { messages: all, rev } = await reader.changesAfter(chat, 0, 10_000);
  expect(rev).toBe(MESSAGES + 2);
  expect(all).toHaveLength(MESSAGES);
  const byId = new Map(all.map((message) => [message.id, message]));
  expect(byId.get(first._id.toHexString())).toEqual({
    id: first._id.toHexString(),
    chatId: chat,
    seq: 1,
    rev: MESSAGES + 1,
    createdRev: 1,
    sender: bob.toHexString(),
    content: 'edited',
    messageType: 'text',
    clientId: 'key-1',
    bodyDigest: 'digest',
    createdAt: new Date(1_000),
    editedAt: expect.any(Date),
    history: [{ content: 'message 1', at: new Date(0) }],
    hiddenFor: [{ userId: ann.toHexString(), at: expect.any(Date) }],
  });
  expect(byId.get(second._id.toHexString())).toMatchObject({ content: 'as it shall be', rev: MESSAGES + 2 });
  expect((await reader.heads([chat])).get(chat)).toMatchObject({ rev: MESSAGES + 2, seq: MESSAGES });
  // The key of a message that was sent before is still known.
  const again = await messages.findByClientIds([{ sender: bob.toHexString(), clientId: 'key-1' }]);
  expect(again.map(({ id }) => id)).toEqual([first._id.toHexString()]);
  expect(await db().listCollections({ name: 'messages_before_keys' }).toArray()).toEqual([]);
}

it('takes over the log of an earlier version, once', async () => {
  const old = await writeOldLog();
  expect(await upgradeLog(database.connection, quiet)).toBe(MESSAGES + 2);
  await expectAll(old);
  expect(await upgradeLog(database.connection, quiet)).toBe(0);
});

it('goes on where a crash has ended it', async () => {
  const old = await writeOldLog();
  const log = messageCollection(database.connection);
  const prototype = Object.getPrototypeOf(log) as { insertMany: mongo.Collection['insertMany'] };
  const { insertMany } = prototype;
  let batches = 0;
  prototype.insertMany = function insertThenEnd(this: mongo.Collection, ...args) {
    batches += 1;
    return batches === 2 ? Promise.reject(new Error('the end')) : insertMany.apply(this, args);
  } as typeof insertMany;
  try {
    await expect(upgradeLog(database.connection, quiet)).rejects.toThrow('the end');
  } finally {
    prototype.insertMany = insertMany;
  }
  expect(await log.countDocuments()).toBe(1_000);
  expect(await upgradeLog(database.connection, quiet)).toBe(MESSAGES + 2);
  await expectAll(old);
});

it('has nothing to do in a new database', async () => {
  expect(await upgradeLog(database.connection, quiet)).toBe(0);
  expect(await db().listCollections().toArray()).toEqual([]);
});
