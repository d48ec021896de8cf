import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/connect.js';
import { externalOptions } from '../../src/database/connect.options.js';
import { type DescribedUri, describeUri } from '../../src/database/connect.uri.js';
import { quickest } from '../support/quickest.js';
import {
  afterThisTest,
  keepLog,
  listSocketFolders,
  makeDataDir,
  openForTest,
  timed,
} from './database.fixture.js';

const PASSWORD = 'correct-horse';

/** The engine of another database, addressed as an operator addresses a server of his own. */
async function startForeignServer(): Promise<string> {
  const before = listSocketFolders();
  await openForTest();
  const [folder] = listSocketFolders().filter((name) => !before.includes(name));
  return `mongodb://${encodeURIComponent(`${folder}/db.sock`)}`;
}

/** Fails to open and returns everything that a careless logger would print. */
async function failToOpen(uri: string) {
  const { lines, logger } = keepLog();
  const { ms, error } = await timed(() => openDatabase({ uri, dataDir: makeDataDir(), logger }));
  return {
    ms,
    error: error as Error & { code: string },
    printed: inspect([error, lines, (error as Error).stack], { depth: 9, showHidden: true }),
  };
}

describe('a database of the operator’s own', () => {
  it('is used under the name in the connection string before any other', async () => {
    const uri = await startForeignServer();
    const named = await openForTest({ uri: `${uri}/chats?directConnection=true`, databaseName: 'other' });
    expect(named).toMatchObject({ kind: 'external', location: null });
    expect(named.engineProcessId()).toBeUndefined();
    expect(named.line).toBeUndefined();
    expect(named.connection.name).toBe('chats');
    expect(named.description).toMatch(/^MongoDB at \/.*db\.sock\/chats$/);
    const unnamed = await openForTest({ uri: `${uri}/?directConnection=true` });
    expect(unnamed.connection.name).toBe('parley');
    await unnamed.connection.collection('kept').insertOne({});
    await unnamed.close();
    expect(unnamed.isUp()).toBe(false);
  });

  it('that is standalone is written to with { w: 1, j: true }, whatever the connection string says', async () => {
    const uri = await startForeignServer();
    for (const wish of ['', '&w=0&journal=false', '&j=false', '&w=majority', '&journal=true&w=2']) {
      const database = await openForTest({ uri: `${uri}/?directConnection=true${wish}` });
      expect(database.connection.getClient().writeConcern, wish).toMatchObject({ w: 1, journal: true });
    }
  });

  it('that is a replica set is written to with a journaled majority and read from the primary', () => {
    const described = describeUri('mongodb://a,b,c/?replicaSet=rs') as DescribedUri;
    expect(externalOptions(described, 'parley', false)).toMatchObject({
      w: 'majority',
      journal: true,
      readPreference: 'primary',
    });
  });

  it.each([
    'mongodb://u:p@h/',
    'mongodb://u:p@h',
    'mongodb://u:p@h/chats',
    'mongodb://u:p@h/?authSource=users',
    'mongodb://u:p@h/chats?authSource=users',
    'mongodb://u:p@h/?authMechanism=SCRAM-SHA-256',
    'mongodb://u:p@h/?authMechanism=PLAIN',
    'mongodb://u@h/?authMechanism=MONGODB-X509&tls=true',
    'mongodb://h/',
  ])('looks for the user of %s where the driver alone would', (uri) => {
    const { dbName, authSource } = externalOptions(describeUri(uri) as DescribedUri, 'parley', false);
    const source = (options: object) =>
      new mongoose.mongo.MongoClient(uri, options).options.credentials?.source;
    expect(source({ dbName, ...(authSource === undefined ? {} : { authSource }) })).toBe(source({}));
  });

  it('keeps the pool and the timeouts that the connection string sets', async () => {
    const uri = await startForeignServer();
    const database = await openForTest({ uri: `${uri}/?directConnection=true&MAXPOOLSIZE=3` });
    expect(database.connection.getClient().options).toMatchObject({
      maxPoolSize: 3,
      serverSelectionTimeoutMS: 1_500,
      appName: 'parley',
    });
  });
});

describe('a connection string that leads nowhere', () => {
  it('fails within 11 s with one sentence when nothing listens there, or what does gives no answer', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterThisTest(() => server.close());
    const { port } = server.address() as AddressInfo;
    const open = async () => {
      const [nobody, mute] = await Promise.all([
        failToOpen(`mongodb://app:${PASSWORD}@127.0.0.1:1/chats`),
        failToOpen(`mongodb://app:${PASSWORD}@127.0.0.1:${port}`),
      ]);
      for (const { error, printed } of [nobody, mute]) {
        expect(error).toMatchObject({ name: 'DatabaseStartError', code: 'unreachable' });
        expect(printed).not.toContain(PASSWORD);
      }
      expect(nobody.error.message).toBe(
        'The database at 127.0.0.1:1 cannot be reached: nothing listens there.',
      );
      expect(mute.error.message).toBe(
        `The database at 127.0.0.1:${port} cannot be reached: it does not answer.`,
      );
      return Math.max(nobody.ms, mute.ms);
    };
    expect(await quickest(11_000, open)).toBeLessThan(11_000);
  }, 120_000);

  it.each([
    ['no scheme', `app:${PASSWORD}@localhost/chats`],
    ['another scheme', `postgres://app:${PASSWORD}@localhost/chats`],
    ['an unescaped @ in the password', `mongodb://app:${PASSWORD}@x@localhost/chats`],
    ['an unescaped / in the password', `mongodb://app:${PASSWORD}/x@localhost/chats`],
    ['an unknown option', `mongodb://app:${PASSWORD}@localhost/chats?colour=${PASSWORD}`],
    ['a bad escape', `mongodb://app:${PASSWORD}%zz@localhost/chats`],
    ['no host', `mongodb://app:${PASSWORD}@/chats`],
  ])('with %s is refused at once without being quoted', async (_, uri) => {
    const open = async () => {
      const { ms, error, printed } = await failToOpen(uri);
      expect(error).toMatchObject({ name: 'DatabaseStartError', code: 'invalid_uri' });
      expect(error.message).toMatch(/^MONGODB_URI is not a MongoDB connection string: [^.]*\.$/);
      expect(printed).not.toContain(PASSWORD);
      return ms;
    };
    expect(await quickest(2_000, open)).toBeLessThan(2_000);
  });
});

describe('describing a connection string', () => {
  it('keeps hosts and database, and drops what may be secret', () => {
    const cases: [string, string, string | undefined][] = [
      ['mongodb://localhost', 'localhost', undefined],
      ['mongodb://a:1,b:2/chats?replicaSet=r', 'a:1,b:2', 'chats'],
      ['mongodb+srv://app:secret@cluster.example.net/?authSource=admin', 'cluster.example.net', undefined],
      ['mongodb://app:se%40cret@h/chats?authMechanismProperties=AWS_SESSION_TOKEN:secret', 'h', 'chats'],
      ['mongodb://%2Ftmp%2Fdb.sock/', '/tmp/db.sock', undefined],
    ];
    for (const [uri, hosts, databaseName] of cases) {
      const described = describeUri(uri);
      expect(described).toMatchObject({ hosts, databaseName });
      expect(inspect(described)).not.toContain('secret');
    }
  });
});
