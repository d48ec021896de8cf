import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/connect.js';
import { isDatabaseUnavailable } from '../../src/database/database.errors.js';
import { isProcessAlive } from '../../src/database/embedded/process.state.js';
import { removeStaleSocketFolders } from '../../src/database/embedded/socket.folder.js';
import { quickest } from '../support/quickest.js';
import {
  afterThisTest,
  engineId,
  keepLog,
  listSocketFolders,
  makeDataDir,
  openForTest,
  timed,
  waitFor,
} from './database.fixture.js';

interface ServerLine {
  ready?: boolean;
  engineProcessId?: number;
  n?: number;
  code?: string;
}

/** Starts the server of server.fixture.ts in a process of its own. */
function startServer(dataDir: string) {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const script = fileURLToPath(new URL('./server.fixture.ts', import.meta.url));
  // A group of its own, so that a test can signal the group as a terminal does.
  const child = spawn(process.execPath, ['--import', loader, script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const lines: ServerLine[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as ServerLine));
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  afterThisTest(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const engine = () => lines.find((line) => line.ready)?.engineProcessId;
  return { child, lines, exited, ready: () => waitFor('the server to be ready', engine, 60_000) };
}

describe('closing', () => {
  it('ends the engine, removes its socket folder, and keeps the data', async () => {
    const dataDir = makeDataDir();
    const before = listSocketFolders();
    const database = await openForTest({ dataDir });
    const engine = engineId(database);
    const [folder] = listSocketFolders().filter((name) => !before.includes(name));
    expect(statSync(folder ?? '').mode & 0o777).toBe(0o700);
    await database.connection.collection('kept').insertOne({ n: 1 });
    await database.close();
    await database.close();
    expect(isProcessAlive(engine)).toBe(false);
    expect(existsSync(folder ?? '')).toBe(false);
    expect(readdirSync(dataDir)).toEqual(['embedded']);
    expect(database.isUp()).toBe(false);

    const again = await openForTest({ dataDir });
    expect(again.location).toBe(join(dataDir, 'embedded'));
    expect(await again.connection.collection('kept').countDocuments()).toBe(1);
  });

  it('fails operations at once as unavailable afterwards', async () => {
    const database = await openForTest();
    await database.close();
    const insert = async () => {
      const { ms, error } = await timed(() => database.connection.collection('kept').insertOne({}));
      expect(isDatabaseUnavailable(error)).toBe(true);
      return ms;
    };
    expect(await quickest(500, insert)).toBeLessThan(500);
  });

  it('does not start an engine that was killed just before', async () => {
    const database = await openForTest();
    process.kill(engineId(database), 'SIGKILL');
    await database.close();
    expect(isProcessAlive(engineId(database))).toBe(false);
    expect(listSocketFolders()).toEqual([]);
  });
});

describe('a second server on the same data folder', () => {
  it('is refused at once with one sentence, and the first one goes on', async () => {
    const dataDir = makeDataDir();
    const first = await openForTest({ dataDir });
    const open = async () => {
      const { ms, error } = await timed(() =>
        openDatabase({ dataDir, logger: keepLog().logger, searchPath: '' }),
      );
      expect(error).toMatchObject({ name: 'DatabaseStartError', code: 'data_dir_in_use' });
      expect((error as Error).message).toBe(
        `Another server is already running on the data folder ${join(dataDir, 'embedded')}.`,
      );
      return ms;
    };
    expect(await quickest(3_000, open)).toBeLessThan(3_000);
    await first.connection.collection('kept').insertOne({});
    expect(first.isUp()).toBe(true);
  });
});

describe('a killed server', () => {
  it('leaves no engine behind, loses no acknowledged write, and its successor opens the folder at once', async () => {
    const dataDir = makeDataDir();
    const server = startServer(dataDir);
    const engine = await server.ready();
    await waitFor('50 acknowledged writes', () => server.lines.length > 50);
    server.child.kill('SIGKILL');
    await server.exited;

    const database = await openForTest({ dataDir });
    expect(isProcessAlive(engine)).toBe(false);
    const found = new Set(
      (await database.connection.collection('acknowledged').find().toArray()).map(
        (document) => document['n'] as number,
      ),
    );
    const acknowledged = server.lines.flatMap((line) => (line.n === undefined ? [] : [line.n]));
    expect(acknowledged.length).toBeGreaterThanOrEqual(50);
    expect(acknowledged.filter((n) => !found.has(n))).toEqual([]);
    await waitFor('its socket folder to go', () => listSocketFolders(server.child.pid).length === 0);
  });

  it('whose engine is slow to leave is waited for, up to 8 s', async () => {
    const dataDir = makeDataDir();
    const server = startServer(dataDir);
    const engine = await server.ready();
    afterThisTest(() => isProcessAlive(engine) && process.kill(engine, 'SIGKILL'));
    process.kill(engine, 'SIGSTOP');
    server.child.kill('SIGKILL');
    await server.exited;
    const refused = await timed(() => openDatabase({ dataDir, logger: keepLog().logger, searchPath: '' }));
    expect(refused.error).toMatchObject({ code: 'data_dir_in_use' });
    expect(refused.ms).toBeGreaterThan(8_000);

    const { lines, logger } = keepLog();
    const opening = openForTest({ dataDir, logger });
    await waitFor('the wait to be logged', () =>
      lines.some((line) => /waiting for it to leave/.test(line.message)),
    );
    process.kill(engine, 'SIGCONT');
    expect((await opening).isUp()).toBe(true);
    expect(isProcessAlive(engine)).toBe(false);
  });

  it('together with its engine loses no acknowledged write either', async () => {
    const dataDir = makeDataDir();
    const server = startServer(dataDir);
    const engine = await server.ready();
    await waitFor('50 acknowledged writes', () => server.lines.length > 50);
    process.kill(engine, 'SIGKILL');
    server.child.kill('SIGKILL');
    await server.exited;

    const database = await openForTest({ dataDir });
    const found = new Set(
      (await database.connection.collection('acknowledged').find().toArray()).map(
        (document) => document['n'] as number,
      ),
    );
    expect(
      server.lines.flatMap((line) => (line.n === undefined || found.has(line.n) ? [] : [line.n])),
    ).toEqual([]);
  });
});

describe('signals to the whole process group', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s leaves the engine to the server', async (signal) => {
    const database = await openForTest();
    const engine = engineId(database);
    process.kill(engine, signal);
    for (let round = 0; round < 20; round += 1) await database.connection.collection('kept').insertOne({});
    expect(engineId(database)).toBe(engine);
    expect(database.isUp()).toBe(true);
  });
});

describe('the data folder', () => {
  it('is refused with one sentence when it cannot be written', async () => {
    const file = join(makeDataDir(), 'file');
    writeFileSync(file, '');
    await expect(
      openDatabase({ dataDir: file, logger: keepLog().logger, searchPath: '' }),
    ).rejects.toMatchObject({
      code: 'data_dir_not_writable',
      message: expect.stringMatching(
        /^The data folder .*file\/embedded cannot be written \(ENOTDIR\); make it writable or choose another one\.$/,
      ),
    });
  });

  it('is refused with the reason when its files are not a database', async () => {
    const dataDir = makeDataDir();
    mkdirSync(join(dataDir, 'embedded'));
    writeFileSync(join(dataDir, 'embedded', 'WiredTiger.wt'), 'not a table');
    writeFileSync(join(dataDir, 'embedded', 'WiredTiger'), 'nonsense');
    writeFileSync(join(dataDir, 'embedded', 'WiredTiger.turtle'), 'nonsense');
    writeFileSync(join(dataDir, 'embedded', 'storage.bson'), 'nonsense');
    await expect(openDatabase({ dataDir, logger: keepLog().logger, searchPath: '' })).rejects.toMatchObject({
      code: 'engine_failed',
    });
  });
});

describe.skipIf(process.platform !== 'linux')(
  'a process that is dead but not collected by its parent',
  () => {
    it('does not count as alive', async () => {
      // The shell becomes `sleep`, which knows nothing of its child and never collects it.
      // Only then does the child end: a shell would collect it.
      const parent = spawn('sh', ['-c', '(read line <&3) & echo $!; exec sleep 30'], {
        stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
      });
      afterThisTest(() => parent.kill('SIGKILL'));
      const [line] = (await once(createInterface({ input: parent.stdout as Readable }), 'line')) as [string];
      await waitFor('the shell to become sleep', () =>
        readFileSync(`/proc/${parent.pid}/cmdline`, 'utf8').startsWith('sleep'),
      );
      (parent.stdio[3] as Writable).end();
      await waitFor('the child to be seen as dead', () => !isProcessAlive(Number(line)));
      expect(process.kill(Number(line), 0)).toBe(true);
    });
  },
);

describe('socket folders of killed servers', () => {
  it('are removed once they are a minute old, and nobody else’s', async () => {
    const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await new Promise((resolve) => dead.once('exit', resolve));
    const stale = join(tmpdir(), `parley-engine-${dead.pid}-stale1`);
    const young = join(tmpdir(), `parley-engine-${dead.pid}-young1`);
    for (const folder of [stale, young]) mkdirSync(folder);
    afterThisTest(() => removeStaleSocketFolders(0));
    const twoMinutesAgo = new Date(Date.now() - 120_000);
    utimesSync(stale, twoMinutesAgo, twoMinutesAgo);
    const database = await openForTest();
    expect(existsSync(stale)).toBe(false);
    expect(existsSync(young)).toBe(true);
    expect(await removeStaleSocketFolders(0)).toContain(young);
    expect(listSocketFolders().length).toBe(1);
    expect(database.isUp()).toBe(true);
  });
});
