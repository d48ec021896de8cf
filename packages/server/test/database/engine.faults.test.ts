import { once } from 'node:events';
import { inspect } from 'node:util';
import type { mongo } from 'mongoose';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/connect.js';
import { isDatabaseUnavailable } from '../../src/database/database.errors.js';
import { quickest } from '../support/quickest.js';
import {
  afterThisTest,
  engineId,
  keepLog,
  makeDataDir,
  nextState,
  openForTest,
  timed,
  waitFor,
} from './database.fixture.js';

type InsertOneOptions = mongo.InsertOneOptions;

/** Inserts without pause, several at a time, and remembers what was acknowledged. */
function startWriting(database: Database, name: string, options: InsertOneOptions) {
  const acknowledged: number[] = [];
  const odd: unknown[] = [];
  let next = 0;
  let isDone = false;
  const collection = database.connection.collection<{ n: number }>(name);
  const run = async (): Promise<void> => {
    while (!isDone) {
      next += 1;
      const n = next;
      try {
        await collection.insertOne({ n }, options);
        acknowledged.push(n);
      } catch (error) {
        if (!isDatabaseUnavailable(error)) odd.push(error);
      }
    }
  };
  const finished = Promise.all(Array.from({ length: 4 }, run));
  return {
    acknowledged,
    odd,
    stop: async () => {
      isDone = true;
      await finished;
    },
  };
}

describe('a killed engine', () => {
  it('loses no acknowledged write over five SIGKILLs, whatever was asked for with it, and comes back by itself each time', async () => {
    const concerns: [name: string, options: InsertOneOptions][] = [
      ['default', {}],
      ['majority', { writeConcern: { w: 'majority', journal: true } }],
      ['one', { writeConcern: { w: 1 } }],
    ];
    const dataDir = makeDataDir();
    const database = await openForTest({ dataDir });
    const writings = concerns.map(([name, options]) => ({ name, ...startWriting(database, name, options) }));
    const lives = new Set<number>();
    for (let kill = 0; kill < 5; kill += 1) {
      const before = writings.map(({ acknowledged }) => acknowledged.length);
      await waitFor('40 more acknowledged writes of each', () =>
        writings.every(({ acknowledged }, at) => acknowledged.length >= (before[at] ?? 0) + 40),
      );
      lives.add(engineId(database));
      const isDown = nextState(database, false);
      process.kill(engineId(database), 'SIGKILL');
      await isDown;
      if (!database.isUp()) await nextState(database, true);
    }
    const before = writings.map(({ acknowledged }) => acknowledged.length);
    await waitFor('writes after the last kill', () =>
      writings.every(({ acknowledged }, at) => acknowledged.length > (before[at] ?? 0)),
    );
    await Promise.all(writings.map(({ stop }) => stop()));
    await database.close();

    const again = await openForTest({ dataDir });
    for (const { name, acknowledged, odd } of writings) {
      const documents = await again.connection.collection(name).find().toArray();
      const found = new Set(documents.map((document) => document['n'] as number));
      expect([name, acknowledged.filter((n) => !found.has(n)), odd]).toEqual([name, [], []]);
    }
    expect(lives.size).toBe(5);
  });

  it('fails every kind of operation in flight as unavailable', async () => {
    const database = await openForTest();
    const collection = database.connection.collection<{ n: number }>('writes');
    const operations: (() => Promise<unknown>)[] = [
      () => collection.insertOne({ n: 1 }),
      () => collection.insertMany([{ n: 1 }, { n: 2 }]),
      () => collection.insertMany([{ n: 1 }, { n: 2 }], { ordered: false }),
      () =>
        collection.bulkWrite([{ updateOne: { filter: { n: 1 }, update: { $set: { n: 2 } } } }], {
          ordered: false,
        }),
      () => collection.findOneAndUpdate({ n: 1 }, { $inc: { n: 1 } }),
      () => collection.find().toArray(),
      () => collection.aggregate([{ $count: 'n' }]).toArray(),
      () => collection.countDocuments(),
    ];
    // A connection for each of them, so that all are in flight.
    await Promise.all(operations.map(() => collection.insertOne({ n: 0 })));
    process.kill(engineId(database), 'SIGSTOP');
    const results = Promise.all(operations.map((operation) => timed(operation)));
    process.kill(engineId(database), 'SIGKILL');
    for (const { error } of await results) {
      // One that waited for a connection meets the next engine and succeeds.
      if (error !== undefined) expect(isDatabaseUnavailable(error), inspect(error)).toBe(true);
    }
    expect((await results).filter(({ error }) => error !== undefined)).not.toEqual([]);
  });

  it('is known to be down before the driver notices', async () => {
    const leadOnce = async () => {
      const database = await openForTest();
      const client = database.connection.getClient();
      // The driver looks twice a second: right after a look it has longest to go until the next.
      await once(client, 'serverHeartbeatSucceeded');
      let hasDriverNoticed = false;
      client.once('topologyDescriptionChanged', () => {
        hasDriverNoticed = true;
      });
      const isDown = nextState(database, false);
      process.kill(engineId(database), 'SIGKILL');
      await isDown;
      expect(database.isUp()).toBe(false);
      return !hasDriverNoticed;
    };
    // On a busy machine half a second may pass between the end and the moment in which we hear of it.
    let isFirst = false;
    for (let tried = 0; tried < 5 && !isFirst; tried += 1) isFirst = await leadOnce();
    expect(isFirst).toBe(true);
  });

  it('does not end the service because a listener throws', async () => {
    const { lines, logger } = keepLog();
    const database = await openForTest({ logger });
    database.onStateChange(() => {
      throw new Error('from a listener');
    });
    const isUpAgain = nextState(database, false).then(() => nextState(database, true));
    process.kill(engineId(database), 'SIGKILL');
    await isUpAgain;
    await database.connection.collection('writes').insertOne({});
    expect(
      lines.filter((line) => line.message === 'a listener for the state of the database failed'),
    ).toHaveLength(2);
  });

  it('answers the first write after a restart that nobody noticed', async () => {
    const database = await openForTest();
    const collection = database.connection.collection('quiet');
    await Promise.all(Array.from({ length: 5 }, () => collection.insertOne({})));
    const isUpAgain = nextState(database, true);
    process.kill(engineId(database), 'SIGKILL');
    await isUpAgain;
    await Promise.all(Array.from({ length: 5 }, () => collection.insertOne({})));
    expect(await collection.countDocuments()).toBe(10);
  });

  it('is back within 5 s of a first crash', async () => {
    const recover = async () => {
      const database = await openForTest();
      const collection = database.connection.collection('writes');
      await collection.insertOne({});
      const killedAt = performance.now();
      process.kill(engineId(database), 'SIGKILL');
      await waitFor('an acknowledged write', () => collection.insertOne({}).catch(() => undefined));
      return performance.now() - killedAt;
    };
    // 0.25 s on two idle cores, compiled; a busy machine that compiles the child on the fly needs its time.
    expect(await quickest(5_000, recover)).toBeLessThan(5_000);
  });

  it('is started again and again with growing pauses while it keeps crashing, and says so in the log', async () => {
    const { lines, logger } = keepLog();
    const database = await openForTest({ logger });
    for (let kill = 0; kill < 4; kill += 1) {
      const life = await waitFor('a new engine', () => (database.isUp() ? engineId(database) : undefined));
      process.kill(life, 'SIGKILL');
      await waitFor('its successor', () => engineId(database) !== life);
    }
    const pauses = lines
      .filter((line) => /ended by SIGKILL/.test(line.message))
      .map((line) => (line.fields as { restartInMs: number }).restartInMs);
    expect(pauses).toEqual([0, 100, 200, 400]);
    await waitFor('the engine to be up', () => database.isUp());
    expect(await database.connection.collection('writes').insertOne({})).toMatchObject({
      acknowledged: true,
    });
  });
});

describe('a frozen engine', () => {
  it('fails reads and writes within 3 s as unavailable, and serves within 3 s of waking', async () => {
    const database = await openForTest();
    const collection = database.connection.collection('writes');
    await Promise.all(Array.from({ length: 3 }, () => collection.insertOne({})));
    const frozen = engineId(database);
    afterThisTest(() => process.kill(frozen, 'SIGCONT'));
    const freezeAndWake = async () => {
      process.kill(frozen, 'SIGSTOP');
      const inFlight = await Promise.all([
        ...Array.from({ length: 5 }, () => timed(() => collection.insertOne({}))),
        ...Array.from({ length: 5 }, () => timed(() => collection.findOne({}))),
      ]);
      expect(database.isUp()).toBe(false);
      const later = await timed(() => collection.insertOne({}));
      for (const { error } of [...inFlight, later]) {
        expect(isDatabaseUnavailable(error), String(error)).toBe(true);
      }
      const wokenAt = performance.now();
      process.kill(frozen, 'SIGCONT');
      await waitFor('an acknowledged write', () => collection.insertOne({}).catch(() => undefined));
      const wakingMs = performance.now() - wokenAt;
      expect(engineId(database)).toBe(frozen);
      await waitFor('the state to follow', () => database.isUp());
      return Math.max(wakingMs, ...[...inFlight, later].map(({ ms }) => ms));
    };
    expect(await quickest(3_000, freezeAndWake)).toBeLessThan(3_000);
  });

  it('keeps nobody waiting for a connection for more than 2 s', async () => {
    const database = await openForTest();
    const collection = database.connection.collection('writes');
    await collection.insertOne({});
    const frozen = engineId(database);
    afterThisTest(() => process.kill(frozen, 'SIGCONT'));
    const waitInVain = async () => {
      process.kill(frozen, 'SIGSTOP');
      // More than there are connections: the driver makes two at a time.
      const waits = Array.from({ length: 12 }, () => timed(() => collection.findOne({})));
      const ended = await Promise.all(waits);
      for (const { error } of ended) expect(isDatabaseUnavailable(error), String(error)).toBe(true);
      process.kill(frozen, 'SIGCONT');
      await waitFor('the engine to be up', () => database.isUp());
      return Math.max(...ended.map(({ ms }) => ms));
    };
    // A busy machine's timer may be late by more than the 0.3 s that are left.
    expect(await quickest(2_000, waitInVain)).toBeLessThan(2_000);
  });

  it('is ended by force when the server closes', async () => {
    const database = await openForTest();
    const frozen = engineId(database);
    process.kill(frozen, 'SIGSTOP');
    await database.close();
    expect(() => process.kill(frozen, 0)).toThrow();
  });
});

describe('a slow operation', () => {
  it('of a healthy engine is left alone for longer than a frozen engine is given', async () => {
    const database = await openForTest();
    const collection = database.connection.collection('writes');
    // A nested loop of three self-joins without an index takes as long as one wants; its result is one number.
    const join = (as: string) => [
      {
        $lookup: {
          from: 'writes',
          as,
          pipeline: [{ $match: { $expr: { $gte: ['$n', 0] } } }, { $project: { _id: 1 } }],
        },
      },
      { $unwind: `$${as}` },
    ];
    const { minimumMs, stepRows } = { minimumMs: 2_500, stepRows: 160 };
    // More and more rows, until this machine takes so long: a fixed number would be nothing here and minutes there.
    for (let ms = 0; ms < minimumMs; ) {
      await collection.insertMany(Array.from({ length: stepRows }, (_, n) => ({ n })));
      const operation = await timed(() =>
        collection.aggregate([...join('a'), ...join('b'), { $count: 'rows' }]).toArray(),
      );
      expect(operation.error).toBeUndefined();
      ms = operation.ms;
    }
  });
});
