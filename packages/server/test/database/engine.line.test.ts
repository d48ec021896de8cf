import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/connect.js';
import { duplicateKeyOf, isDatabaseUnavailable } from '../../src/database/database.errors.js';
import { createEngineLine, type EngineLine } from '../../src/database/embedded/engine.line.js';
import { cutMessages, encodeMessage } from '../../src/database/embedded/wire.message.js';
import {
  afterThisTest,
  engineId,
  makeDataDir,
  nextState,
  openForTest,
  timed,
  waitFor,
} from './database.fixture.js';

/** Inserts once the line is connected. */
const insertWhenOpen = (line: EngineLine) =>
  waitFor('the line', async () => {
    const inserting = line.insert('any', [{}]);
    await inserting;
    return inserting !== undefined;
  });

/** A database whose line is connected. */
async function openWithLine(): Promise<{ database: Database; line: EngineLine }> {
  const database = await openForTest();
  const line = database.line as EngineLine;
  await insertWhenOpen(line);
  return { database, line };
}

const collectionOf = ({ connection }: Database, name: string) => connection.collection<{ n: number }>(name);

async function numbersOf(database: Database, name: string): Promise<number[]> {
  return (await collectionOf(database, name).find().sort({ _id: 1 }).toArray()).map(({ n }) => n);
}

describe('the line to the engine', () => {
  it('inserts in order, one document and ten thousand, several batches at a time', async () => {
    const { database, line } = await openWithLine();
    const batches = [[0], Array.from({ length: 10_000 }, (_, n) => n + 1), [10_001, 10_002]];
    await Promise.all(
      batches.map(async (numbers) =>
        line.insert(
          'numbers',
          numbers.map((n) => ({ _id: n, n })),
        ),
      ),
    );
    expect(await numbersOf(database, 'numbers')).toEqual(batches.flat());
  });

  it('says which document a unique index refused, and has written those before it', async () => {
    const { database, line } = await openWithLine();
    await collectionOf(database, 'unique').createIndex({ n: 1 }, { unique: true, name: 'n_unique' });
    const error = await line
      .insert(
        'unique',
        [1, 2, 1, 3].map((n, _id) => ({ _id, n })),
      )
      ?.catch((reason: unknown) => reason);
    expect(duplicateKeyOf(error)).toMatchObject({ indexName: 'n_unique', position: 2 });
    expect(isDatabaseUnavailable(error)).toBe(false);
    expect(await numbersOf(database, 'unique')).toEqual([1, 2]);
  });

  it('leaves to the driver what is more than one command takes', async () => {
    const { line } = await openWithLine();
    const text = 'x'.repeat(1_000_000);
    expect(
      line.insert(
        'large',
        Array.from({ length: 17 }, () => ({ text })),
      ),
    ).toBeUndefined();
    await line.insert(
      'large',
      Array.from({ length: 15 }, () => ({ text })),
    );
  });

  it('passes on what the engine says of a command', async () => {
    const { line } = await openWithLine();
    await expect(line.insert('', [{}])).rejects.toMatchObject({ name: 'MongoServerError', code: 73 });
  });

  it('fails what is under way when the engine is killed, and finds the next one', async () => {
    const { database, line } = await openWithLine();
    process.kill(engineId(database), 'SIGSTOP');
    const under = [timed(async () => line.insert('n', [{}])), timed(async () => line.insert('n', [{}]))];
    const isDown = nextState(database, false);
    process.kill(engineId(database), 'SIGKILL');
    for (const { error } of await Promise.all(under)) expect(isDatabaseUnavailable(error)).toBe(true);
    await isDown;
    await insertWhenOpen(line);
  });

  it('fails what a frozen engine does not answer, leaves the rest to the driver, and goes on with it afterwards', async () => {
    const { database, line } = await openWithLine();
    const frozen = engineId(database);
    afterThisTest(() => process.kill(frozen, 'SIGCONT'));
    process.kill(frozen, 'SIGSTOP');
    const { error, ms } = await timed(async () => line.insert('n', [{}]));
    expect(isDatabaseUnavailable(error), String(error)).toBe(true);
    // Far less than the 30 s that a connection may be silent for.
    expect(ms).toBeLessThan(15_000);
    expect(line.insert('n', [{}])).toBeUndefined();
    process.kill(frozen, 'SIGCONT');
    await insertWhenOpen(line);
  });

  it('is gone when the database is closed', async () => {
    const { database, line } = await openWithLine();
    await database.close();
    expect(line.insert('n', [{}])).toBeUndefined();
  });
});

describe('an answer to a line', () => {
  /** A line to something that answers each message as it is told to. */
  async function lineTo(answer: (message: Buffer, socket: Socket) => void): Promise<EngineLine> {
    const socketPath = join(makeDataDir(), 'db.sock');
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on(
        'data',
        cutMessages((message) => answer(message, socket)),
      );
    });
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    const line = createEngineLine(socketPath, 'parley');
    line.setReachable(true);
    afterThisTest(() => {
      line.setReachable(false);
      server.close();
      rmSync(socketPath, { force: true });
    });
    return line;
  }

  /** The reply of a server to the message, as long as it is not told another number. */
  const reply = (message: Buffer, body: object, to = message.readInt32LE(4)) => {
    const encoded = encodeMessage(1, serialize(body));
    encoded.writeInt32LE(to, 8);
    return encoded;
  };

  const firstInsert = async (line: EngineLine): Promise<unknown> => {
    const inserting = await waitFor('the line', () => {
      const promise = line.insert('n', [{}]);
      return promise && { promise };
    });
    return inserting.promise.then(
      () => 'inserted',
      (error: unknown) => error,
    );
  };

  it('counts as none when it says that what is written may not last, whatever else it says', async () => {
    const line = await lineTo((message, socket) => {
      const writeErrors = [{ index: 1, code: 11000, errmsg: 'E11000 index: n_unique dup key: { n: 1 }' }];
      const writeConcernError = { code: 91, errmsg: 'shutting down' };
      socket.write(reply(message, { ok: 1, n: 1, writeErrors, writeConcernError }));
    });
    const error = await firstInsert(line);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(duplicateKeyOf(error)).toBeUndefined();
  });

  it('counts as none when it is to another question, or cannot be read, and the line is made anew', async () => {
    const answers = [
      (message: Buffer) => reply(message, { ok: 1, n: 1 }, 99),
      () => Buffer.from([20, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9]),
      () => Buffer.alloc(16),
      (message: Buffer) => reply(message, { ok: 1, n: 1 }),
    ];
    const line = await lineTo((message, socket) => socket.write(answers.shift()?.(message) ?? ''));
    for (let n = 0; n < 3; n += 1) {
      const error = await firstInsert(line);
      expect(isDatabaseUnavailable(error), String(error)).toBe(true);
    }
    expect(await firstInsert(line)).toBe('inserted');
  });
});
