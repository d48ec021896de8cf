import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import mongoose, { type Connection, type ConnectOptions } from 'mongoose';
import { engineOptions, externalOptions, START_DEADLINE_MS } from './connect.options.js';
import { describeUri } from './connect.uri.js';
import { watchConnection } from './connection.state.js';
import type { DatabaseLogger } from './database.logger.js';
import type { EngineKind } from './embedded/engine.messages.js';
import { superviseEngine, type EngineSupervisor } from './embedded/engine.supervisor.js';
import { DatabaseStartError } from './start.error.js';

export interface DatabaseOptions {
  /** Connection string of a MongoDB of the operator's own; without it a child engine is started. */
  uri?: string;
  /** Path of a `mongod` program to run as the child engine; by default the one on PATH, else the embedded engine. */
  mongodBinary?: string;
  /** The server's data folder; the engine's files lie in `embedded/` or `mongod/` inside it. Unused with `uri`. */
  dataDir: string;
  logger: DatabaseLogger;
  /** Default `parley`; a name in the connection string wins. */
  databaseName?: string;
}

/** An open database. Operations of a database that is down fail within 2 s, and it comes back by itself. */
export interface Database {
  /** Not Mongoose's global connection. Writes wait for the majority and the journal by default. */
  connection: Connection;
  kind: 'external' | EngineKind;
  /** One line for humans, without credentials. */
  description: string;
  /** Folder of the data, or null when it lies elsewhere. */
  location: string | null;
  /** Process id of the child engine, for fault tests; it changes when the engine restarts. */
  engineProcessId(): number | undefined;
  /** Whether operations can succeed now, as far as is known; a dead engine counts at once, a frozen one in 1.7 s. */
  isUp(): boolean;
  /** Calls the listener on each change of `isUp`; returns the function that ends this. */
  onStateChange(listener: (up: boolean) => void): () => void;
  /** Closes the connection, then a child engine cleanly. Can be called twice. */
  close(): Promise<void>;
}

/** Opens the database that the options name. Throws `DatabaseStartError`, whose message is one sentence. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.uri === undefined || options.uri === '' ? openChild(options) : openExternal(options, options.uri);
}

async function openExternal(options: DatabaseOptions, uri: string): Promise<Database> {
  const described = describeUri(uri);
  if (described === undefined) throw invalidUri('it does not read mongodb://user:password@host:port/database');
  const databaseName = described.databaseName ?? options.databaseName ?? 'parley';
  const connection = await connectUntilDeadline(uri, { ...externalOptions(), dbName: databaseName }, described.hosts);
  return assemble(connection, {
    kind: 'external',
    description: `MongoDB at ${described.hosts}/${databaseName}`,
    location: null,
    supervisor: undefined,
    logger: options.logger,
  });
}

async function openChild(options: DatabaseOptions): Promise<Database> {
  const mongodBinary = options.mongodBinary || findOnPath('mongod');
  const kind: EngineKind = mongodBinary === undefined ? 'embedded' : 'mongod';
  const location = prepareFolder(join(resolve(options.dataDir), kind));
  const supervisor = await superviseEngine({
    kind,
    dataFolder: location,
    logger: options.logger,
    ...(mongodBinary === undefined ? {} : { mongodBinary }),
  });
  try {
    const uri = `mongodb://${encodeURIComponent(supervisor.socketPath)}/`;
    const connection = await connectUntilDeadline(
      uri,
      { ...engineOptions(), dbName: options.databaseName ?? 'parley' },
      `the database engine (${kind})`,
    );
    const version = await readVersion(connection);
    return assemble(connection, {
      kind,
      description:
        kind === 'embedded'
          ? `embedded MongoDB engine ${version} (experimental; for trial and small installs)`
          : `mongod ${version}, run by this server`,
      location,
      supervisor,
      logger: options.logger,
    });
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

interface Parts {
  kind: Database['kind'];
  description: string;
  location: string | null;
  supervisor: EngineSupervisor | undefined;
  logger: DatabaseLogger;
}

function assemble(connection: Connection, { kind, description, location, supervisor, logger }: Parts): Database {
  const state = watchConnection(connection);
  supervisor?.onReadyChange((isReady) => state.setEngineReady(isReady));
  let closing: Promise<void> | undefined;
  state.onChange((up) => {
    if (closing !== undefined) return;
    if (up) logger.info({ database: description }, 'the database is reachable again');
    else logger.error({ database: description }, 'the database is not reachable');
  });
  // Mongoose emits 'error' for a connection that fails later on; without a listener that ends the process.
  connection.on('error', (error: Error) => logger.debug({ reason: error.name }, 'database connection error'));
  return {
    connection,
    kind,
    description,
    location,
    engineProcessId: () => supervisor?.processId(),
    isUp: () => state.isUp(),
    onStateChange: (listener) => state.onChange(listener),
    close() {
      closing ??= connection.close().finally(() => supervisor?.stop());
      return closing;
    },
  };
}

/** Tries until the first hello is answered. The driver's own messages may hold the string, so none is passed on. */
async function connectUntilDeadline(uri: string, options: ConnectOptions, place: string): Promise<Connection> {
  const giveUpAt = Date.now() + START_DEADLINE_MS;
  for (;;) {
    const connection = mongoose.createConnection();
    connection.on('error', () => undefined);
    try {
      return await connection.openUri(uri, options);
    } catch (error) {
      await connection.close().catch(() => undefined);
      const name = error instanceof Error ? error.name : '';
      if (name === 'MongoParseError' || name === 'MongoInvalidArgumentError' || name === 'MongoAPIError') {
        throw invalidUri('the driver does not accept it; special characters in user name and password must be percent-encoded');
      }
      const reason = explain(error);
      const isFinal = reason === REFUSED_LOGIN;
      if (isFinal || Date.now() + (options.serverSelectionTimeoutMS ?? 0) > giveUpAt) {
        throw new DatabaseStartError('unreachable', `The database at ${place} cannot be reached: ${reason}.`);
      }
    }
  }
}

const REFUSED_LOGIN = 'it refuses the user name or password';

/** One clause on why a connection failed, from codes alone. */
function explain(error: unknown): string {
  const codes: string[] = [];
  const look = (value: unknown, depth: number): void => {
    if (!(value instanceof Error) || depth > 6) return;
    const { code, cause, reason } = value as Error & { code?: unknown; cause?: unknown; reason?: { servers?: Map<string, { error?: unknown }> } };
    codes.push(String(code), value.message);
    look(cause, depth + 1);
    for (const server of reason?.servers?.values() ?? []) look(server.error, depth + 1);
  };
  look(error, 0);
  const text = codes.join('\n');
  if (/Authentication failed|auth(?:entication)? required|^18$|bad auth/im.test(text)) return REFUSED_LOGIN;
  if (/ECONNREFUSED|ENOENT/.test(text)) return 'nothing listens there';
  if (/ENOTFOUND|EAI_AGAIN|querySrv/.test(text)) return 'the host name is not known';
  if (/certificate|SSL|TLS/i.test(text)) return 'the TLS handshake failed';
  return `it did not answer within ${START_DEADLINE_MS / 1_000} s`;
}

function invalidUri(why: string): DatabaseStartError {
  return new DatabaseStartError('invalid_uri', `MONGODB_URI is not a MongoDB connection string: ${why}.`);
}

async function readVersion(connection: Connection): Promise<string> {
  const info = await connection.db?.command({ buildInfo: 1 });
  return String(info?.['version'] ?? '');
}

/** Makes the folder and proves that files can be made in it. */
function prepareFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const probe = join(folder, `.probe-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
    return folder;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new DatabaseStartError('data_dir_not_writable', `The data folder ${folder} cannot be written (${code}); make it writable or choose another one.`);
  }
}

function findOnPath(program: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    try {
      accessSync(join(folder, program), constants.X_OK);
      return join(folder, program);
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
