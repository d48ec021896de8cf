import { join, resolve } from 'node:path';
import type { Connection } from 'mongoose';
import { connectUntilDeadline, invalidUri } from './connect.attempt.js';
import { engineOptions, externalOptions } from './connect.options.js';
import { describeUri } from './connect.uri.js';
import { watchConnection } from './connection.state.js';
import { prepareFolder } from './data.folder.js';
import type { DatabaseLogger } from './database.logger.js';
import { mendDriver } from './driver.mend.js';
import { chooseEngine } from './embedded/engine.choice.js';
import { createEngineLine, type EngineLine } from './embedded/engine.line.js';
import type { EngineKind } from './embedded/engine.messages.js';
import { type EngineSupervisor, superviseEngine } from './embedded/engine.supervisor.js';

export interface DatabaseOptions {
  /** Connection string of a MongoDB of the operator's own; without it a child engine is started. */
  uri?: string;
  /**
   * Path of a `mongod` program to run as the child engine. Default: the engine that the data folder was used with
   * last, else the `mongod` on the PATH, else the embedded engine.
   */
  mongodBinary?: string;
  /** The server's data folder; the engine's files lie in `embedded/` or `mongod/` inside it. Unused with `uri`. */
  dataDir: string;
  logger: DatabaseLogger;
  /** Default `parley`; a name in the connection string wins. */
  databaseName?: string;
  /** Where `mongod` is looked for; default the PATH of the process. */
  searchPath?: string;
}

/** An open database. Operations of a database that is down fail within 2 s, and it comes back by itself. */
export interface Database {
  /**
   * Not Mongoose's global connection. Its default write concern is the one that survives a crash of this kind of
   * database; a write that names its own may not (see connect.options.ts).
   */
  connection: Connection;
  /** A shorter way to the embedded engine than the driver's, for the batches of messages; other kinds have none. */
  line?: EngineLine;
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
  mendDriver();
  return options.uri === undefined || options.uri === ''
    ? openChild(options)
    : openExternal(options, options.uri);
}

async function openExternal(options: DatabaseOptions, uri: string): Promise<Database> {
  const described = describeUri(uri);
  if (described === undefined)
    throw invalidUri('it does not read mongodb://user:password@host:port/database');
  const databaseName = described.databaseName ?? options.databaseName ?? 'parley';
  const connect = (isStandalone: boolean) =>
    connectUntilDeadline(uri, externalOptions(described, databaseName, isStandalone), described.hosts);
  let connected = await connect(false);
  if (connected.isStandalone) {
    // The write concern of a connection is fixed at its making, and only the server knows which one it needs.
    await connected.connection.close();
    connected = await connect(true);
  }
  return assemble(connected.connection, {
    kind: 'external',
    description: `MongoDB at ${described.hosts}/${databaseName}`,
    location: null,
    supervisor: undefined,
    logger: options.logger,
  });
}

async function openChild(options: DatabaseOptions): Promise<Database> {
  const dataDir = resolve(options.dataDir);
  const choice = chooseEngine({
    dataDir,
    mongodBinary: options.mongodBinary,
    searchPath: options.searchPath,
    logger: options.logger,
  });
  const { kind } = choice;
  const location = prepareFolder(join(dataDir, kind));
  const supervisor = await superviseEngine({ ...choice, dataFolder: location, logger: options.logger });
  try {
    const uri = `mongodb://${encodeURIComponent(supervisor.socketPath)}/`;
    const dbName = options.databaseName ?? 'parley';
    const { connection, version } = await connectUntilDeadline(
      uri,
      { ...engineOptions(), dbName },
      `the database engine (${kind})`,
    );
    return assemble(connection, {
      kind,
      description:
        kind === 'embedded'
          ? `embedded MongoDB engine ${version} (experimental; for trial and small installs)`
          : `mongod ${version}, run by this server`,
      location,
      supervisor,
      logger: options.logger,
      ...(kind === 'embedded' && { line: createEngineLine(supervisor.socketPath, dbName) }),
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
  line?: EngineLine;
}

function assemble(
  connection: Connection,
  { kind, description, location, supervisor, logger, line }: Parts,
): Database {
  const state = watchConnection(connection, logger);
  supervisor?.onReadyChange((isReady) => state.setEngineReady(isReady));
  if (supervisor !== undefined) state.setEngineReady(supervisor.isReady());
  let closing: Promise<void> | undefined;
  line?.setReachable(state.isUp());
  state.onChange((up) => line?.setReachable(up && closing === undefined));
  state.onChange((up) => {
    if (closing !== undefined) return;
    if (up) logger.info({ database: description }, 'the database is reachable again');
    else logger.error({ database: description }, 'the database is not reachable');
  });
  // Mongoose emits 'error' for a connection that fails later on; without a listener that ends the process.
  connection.on('error', (error: Error) => logger.debug({ reason: error.name }, 'database connection error'));
  return {
    connection,
    ...(line !== undefined && { line }),
    kind,
    description,
    location,
    engineProcessId: () => supervisor?.processId(),
    isUp: () => closing === undefined && state.isUp(),
    onStateChange: (listener) => state.onChange(listener),
    close() {
      closing ??= connection.close().finally(() => supervisor?.stop());
      line?.setReachable(false);
      return closing;
    },
  };
}
