import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../src/database/connect.js';

/** A real database of one test file. */
export interface TestDatabase extends Database {
  /** The data folder; gone after `close`. */
  dataDir: string;
}

/** Starts an engine on a folder of its own. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-test-'));
  const silent = () => undefined;
  const database = await openDatabase({
    dataDir,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
  });
  return {
    ...database,
    dataDir,
    async close() {
      await database.close();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
