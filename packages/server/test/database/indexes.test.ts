import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/database/connect.js';
import { ensureIndexes, type IndexDefinition } from '../../src/database/indexes.js';
import { keepLog } from './database.fixture.js';

const DEFINITIONS: IndexDefinition[] = [
  { collection: 'messages', key: { chat: 1, rev: 1 }, options: { name: 'chat_rev', unique: true } },
  {
    collection: 'chats',
    key: { pair: 1 },
    options: {
      name: 'pair',
      unique: true,
      partialFilterExpression: { kind: 'direct', pair: { $exists: true } },
    },
  },
  { collection: 'sessions', key: { expiresAt: 1 }, options: { name: 'expiry', expireAfterSeconds: 0 } },
  { collection: 'messages', key: { chat: 1, body: 'text', title: 'text' }, options: { name: 'words' } },
  { collection: 'messages', key: { sender: -1 }, options: { name: 'sender', sparse: true } },
];
const dataDir = mkdtempSync(join(tmpdir(), 'parley-database-test-'));
let database: Database;

beforeAll(async () => {
  database = await openDatabase({ dataDir, logger: keepLog().logger, searchPath: '' });
});
beforeEach(async () => {
  await database.connection.dropDatabase();
});
afterAll(async () => {
  await database.close();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

describe('ensuring indexes', () => {
  it('creates what is missing in the given order, and nothing the second time', async () => {
    expect(await ensureIndexes(database.connection, DEFINITIONS)).toEqual([
      'chat_rev',
      'pair',
      'expiry',
      'words',
      'sender',
    ]);
    expect(await ensureIndexes(database.connection, DEFINITIONS)).toEqual([]);
    const made = await database.connection.collection('chats').listIndexes().toArray();
    expect(made[1]).toMatchObject({
      name: 'pair',
      unique: true,
      key: { pair: 1 },
      partialFilterExpression: { kind: 'direct', pair: { $exists: true } },
    });
  });

  it('adds to what is there and leaves foreign indexes alone', async () => {
    await database.connection.collection('messages').createIndex({ mine: 1 }, { name: 'mine' });
    expect(await ensureIndexes(database.connection, DEFINITIONS.slice(0, 1))).toEqual(['chat_rev']);
    expect(await ensureIndexes(database.connection, DEFINITIONS)).toEqual([
      'pair',
      'expiry',
      'words',
      'sender',
    ]);
    expect(
      (await database.connection.collection('messages').listIndexes().toArray()).map(
        (index) => index['name'],
      ),
    ).toContain('mine');
  });

  it('can be done by several servers at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => ensureIndexes(database.connection, DEFINITIONS)));
    expect(await ensureIndexes(database.connection, DEFINITIONS)).toEqual([]);
  });

  it.each([
    ['fields', { key: { rev: 1, chat: 1 } as const }, /key is "chat:1 rev:1", not "rev:1 chat:1"/],
    ['direction', { key: { chat: 1, rev: -1 } as const }, /key is/],
    ['uniqueness', { options: { name: 'chat_rev' } }, /unique is true, not false/],
    [
      'condition',
      { options: { name: 'chat_rev', unique: true, partialFilterExpression: { kind: 'group' } } },
      /partialFilterExpression is null, not \{"kind":"group"\}/,
    ],
    [
      'expiry',
      { options: { name: 'chat_rev', unique: true, expireAfterSeconds: 5 } },
      /expireAfterSeconds is null, not 5/,
    ],
    [
      'sparseness',
      { options: { name: 'chat_rev', unique: true, sparse: true } },
      /sparse is false, not true/,
    ],
  ])('refuses an index of the same name that differs in %s, and says how', async (_, change, message) => {
    const [first] = DEFINITIONS;
    await ensureIndexes(database.connection, [first as IndexDefinition]);
    const changed = { ...(first as IndexDefinition), ...change };
    await expect(ensureIndexes(database.connection, [changed])).rejects.toMatchObject({
      name: 'IndexConflictError',
      collection: 'messages',
      indexName: 'chat_rev',
      message: expect.stringMatching(message),
    });
  });

  it('refuses the same fields under another name', async () => {
    await database.connection
      .collection('messages')
      .createIndex({ chat: 1, rev: 1 }, { unique: true, name: 'old_name' });
    await expect(ensureIndexes(database.connection, DEFINITIONS)).rejects.toThrow(
      /^Index chat_rev of collection messages conflicts with another index: .*old_name/,
    );
  });

  it('refuses a unique index over duplicates', async () => {
    await database.connection.collection('messages').insertMany([
      { chat: 1, rev: 1 },
      { chat: 1, rev: 1 },
    ]);
    await expect(ensureIndexes(database.connection, DEFINITIONS)).rejects.toThrow(
      /^Index chat_rev of collection messages cannot be made unique: the collection holds duplicates already\.$/,
    );
  });
});
