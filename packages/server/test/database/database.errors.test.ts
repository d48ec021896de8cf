import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose, { Schema } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/database/connect.js';
import {
  duplicateKeyOf,
  duplicateKeysOf,
  isDatabaseRefusingWrites,
  isDatabaseUnavailable,
  isDuplicateKey,
  writeConcernFailureOf,
} from '../../src/database/database.errors.js';
import { keepLog, timed } from './database.fixture.js';

const { MongoServerError, MongoNetworkError, MongoBulkWriteError } = mongoose.mongo;
const dataDir = mkdtempSync(join(tmpdir(), 'parley-database-test-'));
let database: Database;

beforeAll(async () => {
  database = await openDatabase({ dataDir, logger: keepLog().logger, searchPath: '' });
  await database.connection
    .collection('messages')
    .createIndex({ chat: 1, rev: 1 }, { unique: true, name: 'chat_rev' });
  await database.connection.collection('messages').insertMany([
    { chat: 1, rev: 1 },
    { chat: 1, rev: 2 },
  ]);
});
afterAll(async () => {
  await database.close();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function failureOf(operation: () => Promise<unknown>): Promise<unknown> {
  const { error } = await timed(operation);
  expect(error).toBeInstanceOf(Error);
  return error;
}

describe('a refusal of a unique index', () => {
  it('names index, fields and position for a single write', async () => {
    const messages = database.connection.collection('messages');
    for (const write of [
      () => messages.insertOne({ chat: 1, rev: 1 }),
      () => messages.updateOne({ chat: 1, rev: 2 }, { $set: { rev: 1 } }),
      () => messages.findOneAndUpdate({ chat: 1, rev: 2 }, { $set: { rev: 1 } }),
    ]) {
      const error = await failureOf(write);
      expect(isDuplicateKey(error)).toBe(true);
      expect(duplicateKeyOf(error)).toEqual({
        indexName: 'chat_rev',
        keyPattern: { chat: 1, rev: 1 },
        position: 0,
      });
      expect(isDatabaseUnavailable(error)).toBe(false);
      expect(isDatabaseRefusingWrites(error)).toBe(false);
    }
  });

  it('names the first position of an ordered batch and all positions of an unordered one', async () => {
    const messages = database.connection.collection('messages');
    const batch = () => [
      { chat: 2, rev: 1 },
      { chat: 1, rev: 1 },
      { chat: 2, rev: 2 },
      { chat: 1, rev: 2 },
    ];
    const ordered = await failureOf(() => messages.insertMany(batch()));
    expect(duplicateKeysOf(ordered)).toEqual([{ indexName: 'chat_rev', keyPattern: undefined, position: 1 }]);
    await messages.deleteMany({ chat: 2 });
    const unordered = await failureOf(() => messages.insertMany(batch(), { ordered: false }));
    expect(duplicateKeysOf(unordered).map((key) => key.position)).toEqual([1, 3]);
    expect(isDuplicateKey(unordered)).toBe(true);
  });

  it('is read from Mongoose’s create, insertMany and bulkWrite alike', async () => {
    const Message = database.connection.model(
      'Message',
      new Schema({ chat: Number, rev: Number }),
      'messages',
    );
    for (const write of [
      () => Message.create({ chat: 1, rev: 1 }),
      () => Message.insertMany([{ chat: 1, rev: 1 }]),
      () => Message.bulkWrite([{ insertOne: { document: { chat: 1, rev: 1 } } }]),
    ]) {
      expect(duplicateKeyOf(await failureOf(write))).toMatchObject({ indexName: 'chat_rev', position: 0 });
    }
  });

  it('is not the verdict on a batch that failed for another reason as well', () => {
    const error = new MongoBulkWriteError(
      {
        message: 'two failures',
        code: 11000,
        writeErrors: [
          {
            code: 11000,
            errmsg: 'E11000 duplicate key error collection: p.m index: chat_rev dup key: { chat: 1 }',
            index: 4,
          },
          { code: 121, errmsg: 'Document failed validation', index: 2 },
        ] as never,
      },
      {} as never,
    );
    expect(isDuplicateKey(error)).toBe(false);
    expect(duplicateKeysOf(error)).toEqual([{ indexName: 'chat_rev', keyPattern: undefined, position: 4 }]);
  });
});

describe('a write that may not last', () => {
  const batchError = (writeConcernErrors: { code: number; errmsg: string }[]) =>
    new MongoBulkWriteError(
      { message: 'E11000', code: 11000, writeErrors: [{ code: 11000, errmsg: 'E11000', index: 1 }] as never },
      { getWriteConcernError: () => writeConcernErrors[0] } as never,
    );

  it('is found behind the refusal of another part of its batch', () => {
    const failure = writeConcernFailureOf(batchError([{ code: 189, errmsg: 'stepped down' }]));
    expect(failure).toMatchObject({ name: 'MongoServerError', code: 189, message: 'stepped down' });
    expect(isDatabaseUnavailable(failure)).toBe(true);
    expect(duplicateKeyOf(failure)).toBeUndefined();
  });

  it('is not found where there is none', () => {
    for (const error of [batchError([]), new MongoNetworkError('read ECONNRESET'), new Error('x'), null]) {
      expect(writeConcernFailureOf(error)).toBeUndefined();
    }
  });
});

describe('an answer that did not come', () => {
  it('is unavailable as well when the socket of a killed engine says so itself', () => {
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write', errno: -32 });
    expect(isDatabaseUnavailable(broken)).toBe(true);
    expect(
      isDatabaseUnavailable(Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' })),
    ).toBe(false);
  });

  it('is unavailable, also behind other errors', () => {
    const network = new MongoNetworkError('read ECONNRESET');
    expect(isDatabaseUnavailable(network)).toBe(true);
    expect(
      isDatabaseUnavailable(
        new Error('send failed', { cause: new Error('insert failed', { cause: network }) }),
      ),
    ).toBe(true);
    expect(isDatabaseUnavailable(new MongoServerError({ message: 'not primary', code: 10107 }))).toBe(true);
    expect(
      isDatabaseUnavailable(new MongoServerError({ message: 'interrupted at shutdown', code: 11600 })),
    ).toBe(true);
  });

  it('is unavailable before a first connection', async () => {
    const Stray = mongoose
      .createConnection()
      .model('Stray', new Schema({ a: Number }, { bufferCommands: false }));
    expect(isDatabaseUnavailable(await failureOf(() => Stray.findOne().exec()))).toBe(true);
  });

  it('is neither a bug nor a query that the server rejects', async () => {
    const rejected = await failureOf(() =>
      database.connection.collection('messages').findOne({ $nonsense: 1 }),
    );
    for (const error of [rejected, new TypeError('x is undefined'), 'text', undefined, null]) {
      expect(isDatabaseUnavailable(error)).toBe(false);
      expect(isDatabaseRefusingWrites(error)).toBe(false);
      expect(isDuplicateKey(error)).toBe(false);
      expect(duplicateKeyOf(error)).toBeUndefined();
    }
  });
});

describe('a database that takes no writes', () => {
  it('is told from one that is down', () => {
    for (const failure of [
      { code: 14031, message: 'Not enough disk space' },
      { code: 13, message: 'not authorized on parley to execute command { insert }' },
      { code: 8000, message: 'you are over your space quota, using 512 MB of 512 MB' },
      { code: 8, message: 'WiredTiger: No space left on device' },
    ]) {
      const error = new MongoServerError(failure);
      expect(isDatabaseRefusingWrites(error)).toBe(true);
      expect(isDatabaseUnavailable(error)).toBe(false);
    }
  });
});
