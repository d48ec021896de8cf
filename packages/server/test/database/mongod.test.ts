import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/connect.js';
import { isProcessAlive } from '../../src/database/embedded/process.state.js';
import { engineId, keepLog, makeDataDir, nextState, openForTest, timed } from './database.fixture.js';

/** A folder with a program called `mongod` in it: the shim of mongod.shim.ts. */
function makeMongod(): { folder: string; program: string } {
  const folder = makeDataDir();
  const program = join(folder, 'mongod');
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const shim = fileURLToPath(new URL('./mongod.shim.ts', import.meta.url));
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' --import '${loader}' '${shim}' "$@"\n`);
  chmodSync(program, 0o755);
  return { folder, program };
}

/** The guard is the parent of mongod. Linux keeps it in the fourth field of /proc/<pid>/stat. */
function parentOf(processId: number): number {
  const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

describe('a mongod of this machine', () => {
  it('is found on the search path, run on a Unix socket in its own data folder, and closed cleanly', async () => {
    const { folder } = makeMongod();
    const dataDir = makeDataDir();
    const database = await openForTest({ dataDir, searchPath: `/nowhere:${folder}` });
    expect(database.kind).toBe('mongod');
    expect(database.location).toBe(join(dataDir, 'mongod'));
    expect(database.description).toMatch(/^mongod 9\.0\.0.*, run by this server$/);
    await database.connection.collection('kept').insertOne({});
    const [mongod, guard] = [engineId(database), parentOf(engineId(database))];
    await database.close();
    expect([mongod, guard].filter(isProcessAlive)).toEqual([]);
  });

  it('is taken from mongodBinary before the search path', async () => {
    const { program } = makeMongod();
    const database = await openForTest({ mongodBinary: program, searchPath: '' });
    expect(database.kind).toBe('mongod');
  });

  it('comes back with every acknowledged write after a SIGKILL of mongod, and of its guard', async () => {
    const { program } = makeMongod();
    const database = await openForTest({ mongodBinary: program });
    const collection = database.connection.collection('kept');
    for (const victim of [(id: number) => id, parentOf]) {
      await collection.insertMany([{}, {}, {}]);
      const mongod = engineId(database);
      const isBack = nextState(database, false).then(() => nextState(database, true, 20_000));
      process.kill(victim(mongod), 'SIGKILL');
      await isBack;
      expect(isProcessAlive(mongod)).toBe(false);
    }
    expect(await collection.countDocuments()).toBe(6);
  });

  it('refuses a second server on the same data folder', async () => {
    const { program } = makeMongod();
    const dataDir = makeDataDir();
    await openForTest({ dataDir, mongodBinary: program });
    const { error } = await timed(() =>
      openDatabase({ dataDir, mongodBinary: program, logger: keepLog().logger }),
    );
    expect(error).toMatchObject({ code: 'data_dir_in_use' });
  });

  it('does not take the place of the embedded engine in a data folder that this one has used', async () => {
    const { folder, program } = makeMongod();
    const dataDir = makeDataDir();
    const first = await openForTest({ dataDir });
    await first.close();
    const again = keepLog();
    const second = await openForTest({ dataDir, searchPath: folder, logger: again.logger });
    expect(second.kind).toBe('embedded');
    expect(again.lines.map((line) => line.message)).toContainEqual(
      expect.stringMatching(/^mongod is installed, but/),
    );
    await second.close();
    const named = keepLog();
    const third = await openForTest({ dataDir, mongodBinary: program, logger: named.logger });
    expect(third.kind).toBe('mongod');
    expect(named.lines.filter((line) => line.level === 'warn').map((line) => line.message)).toEqual([
      expect.stringMatching(/does not see that data$/),
    ]);
  });

  it('is missed, and not replaced by an empty database, when it is no longer there', async () => {
    const { folder } = makeMongod();
    const dataDir = makeDataDir();
    const first = await openForTest({ dataDir, searchPath: folder });
    await first.close();
    const { error } = await timed(() => openDatabase({ dataDir, searchPath: '', logger: keepLog().logger }));
    expect(error).toMatchObject({
      code: 'no_database',
      message: expect.stringMatching(
        /^There is no database: the data in .*mongod needs a mongod, .*; set MONGOD_BIN/,
      ),
    });
  });

  it('that does not exist is told with what to do', async () => {
    const { error } = await timed(() =>
      openDatabase({ dataDir: makeDataDir(), mongodBinary: '/nowhere/mongod', logger: keepLog().logger }),
    );
    expect(error).toMatchObject({ code: 'no_database' });
    expect((error as Error).message).toMatch(
      /^There is no database: mongod could not be started: .*ENOENT.*; set MONGODB_URI to the address of a MongoDB server\.$/,
    );
  });

  it('that leaves at once is told with its last words', async () => {
    const folder = makeDataDir();
    const program = join(folder, 'mongod');
    writeFileSync(
      program,
      '#!/bin/sh\necho \'{"s":"I","msg":"starting"}\'\necho \'{"s":"F","msg":"wrong feature version"}\'\nexit 62\n',
    );
    chmodSync(program, 0o755);
    const { error } = await timed(() =>
      openDatabase({ dataDir: makeDataDir(), mongodBinary: program, logger: keepLog().logger }),
    );
    expect(error).toMatchObject({
      code: 'engine_failed',
      message: expect.stringContaining('wrong feature version'),
    });
  });
});
