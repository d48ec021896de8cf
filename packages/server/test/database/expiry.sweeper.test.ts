import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/connect.js';
import { type ExpiryRule, startExpirySweeper } from '../../src/database/expiry.sweeper.js';
import { afterThisTest, engineId, keepLog, nextState, openForTest, waitFor } from './database.fixture.js';

const NOW = Date.UTC(2026, 0, 1);

function startSweeper(database: Database, rules: ExpiryRule[], intervalMs = 3_600_000) {
  const { lines, logger } = keepLog();
  const sweeper = startExpirySweeper({
    connection: database.connection,
    logger,
    rules,
    intervalMs,
    now: () => NOW,
  });
  afterThisTest(() => sweeper.stop());
  return { sweeper, lines };
}

describe('the expiry sweeper', () => {
  it('deletes what has expired and nothing else', async () => {
    const database = await openForTest();
    const sessions = database.connection.collection<{ _id: string; until?: unknown }>('sessions');
    await sessions.insertMany([
      { _id: 'past', until: new Date(NOW - 1) },
      { _id: 'now', until: new Date(NOW) },
      { _id: 'future', until: new Date(NOW + 1) },
      { _id: 'null', until: null },
      { _id: 'missing' },
      { _id: 'number', until: 5 },
      { _id: 'text', until: '2020-01-01' },
    ]);
    const { sweeper } = startSweeper(database, [{ collection: 'sessions', field: 'until' }]);
    expect(await sweeper.sweepOnce()).toBe(2);
    expect((await sessions.find().toArray()).map((session) => session._id)).toEqual([
      'future',
      'null',
      'missing',
      'number',
      'text',
    ]);
  });

  it('counts a rule’s delay from the date, and sweeps every rule', async () => {
    const database = await openForTest();
    await database.connection
      .collection('a')
      .insertMany([{ at: new Date(NOW - 1_000) }, { at: new Date(NOW - 999) }]);
    await database.connection.collection('b').insertMany([{ until: new Date(NOW) }]);
    const { sweeper } = startSweeper(database, [
      { collection: 'a', field: 'at', afterMs: 1_000 },
      { collection: 'b', field: 'until' },
    ]);
    expect(await sweeper.sweepOnce()).toBe(2);
    expect(await database.connection.collection('a').countDocuments()).toBe(1);
  });

  it('takes at most 10,000 documents a sweep, in batches, and the rest in the next ones', async () => {
    const database = await openForTest();
    const many = database.connection.collection('many');
    await many.insertMany(Array.from({ length: 10_700 }, () => ({ until: new Date(NOW) })));
    const { sweeper } = startSweeper(database, [{ collection: 'many', field: 'until' }]);
    expect(await sweeper.sweepOnce()).toBe(10_000);
    expect(await sweeper.sweepOnce()).toBe(700);
    expect(await sweeper.sweepOnce()).toBe(0);
  });

  it('joins a sweep that is running', async () => {
    const database = await openForTest();
    await database.connection
      .collection('a')
      .insertMany(Array.from({ length: 1_200 }, () => ({ until: new Date(NOW) })));
    const { sweeper } = startSweeper(database, [{ collection: 'a', field: 'until' }]);
    expect(await Promise.all([sweeper.sweepOnce(), sweeper.sweepOnce()])).toEqual([1_200, 1_200]);
  });

  it('sweeps by itself, goes on after the database was away, and stops when told', async () => {
    const database = await openForTest();
    const a = database.connection.collection('a');
    const { sweeper, lines } = startSweeper(database, [{ collection: 'a', field: 'until' }], 5);
    await a.insertOne({ until: new Date(NOW) });
    await waitFor('the first document to go', async () => (await a.countDocuments()) === 0);

    const frozen = engineId(database);
    afterThisTest(() => process.kill(frozen, 'SIGCONT'));
    process.kill(frozen, 'SIGSTOP');
    await waitFor('a failed sweep in the log', () => lines.some((line) => line.level === 'warn'));
    const isUp = database.isUp() ? Promise.resolve() : nextState(database, true);
    process.kill(frozen, 'SIGCONT');
    await isUp;
    await a.insertOne({ until: new Date(NOW) });
    await waitFor('the second document to go', async () => (await a.countDocuments()) === 0);

    await sweeper.stop();
    await a.insertOne({ until: new Date(NOW) });
    await expect(
      waitFor('a stopped sweeper to sweep', async () => (await a.countDocuments()) === 0, 100),
    ).rejects.toThrow('in vain');
  });
});
