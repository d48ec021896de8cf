import { totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { nextState, openForTest } from './database.fixture.js';

const MEGABYTE = 1_048_576;

describe('the planner of the embedded engine', () => {
  it('answers queries that several indexes could serve, over many documents, also after a restart', async () => {
    const database = await openForTest();
    const collection = database.connection.collection('planned');
    await collection.createIndex({ a: 1 });
    await collection.createIndex({ b: 1 });
    await collection.insertMany(Array.from({ length: 30_000 }, (_, n) => ({ a: n % 2, b: n % 3, c: n })));
    const last = { a: 1, b: 1, c: 29_995 };
    const ask = async () => {
      expect(await collection.find(last).toArray()).toHaveLength(1);
      expect(await collection.find({ a: 1, b: 1 }).skip(4_000).limit(5).toArray()).toHaveLength(5);
      expect(await collection.countDocuments(last)).toBe(1);
      expect(await collection.updateMany(last, { $set: { d: true } })).toMatchObject({ matchedCount: 1 });
    };
    await ask();
    const down = nextState(database, false);
    process.kill(database.engineProcessId() as number, 'SIGKILL');
    await down;
    if (!database.isUp()) await nextState(database, true);
    await ask();
  });
});

it('takes its share of the memory from the file that it reads at its start', async () => {
  const { connection } = await openForTest();
  const status = await connection.getClient().db('admin').command({ serverStatus: 1 });
  const quarter = Math.floor(totalmem() / 4 / MEGABYTE);
  const bytes = Number(status['wiredTiger'].cache['maximum bytes configured']);
  expect(bytes).toBeGreaterThanOrEqual(256 * MEGABYTE);
  expect(bytes).toBeLessThanOrEqual(Math.max(256, Math.min(2_048, quarter)) * MEGABYTE);
  if (!(process.constrainedMemory() < totalmem()))
    expect(bytes).toBe(Math.max(256, Math.min(2_048, quarter)) * MEGABYTE);
});
