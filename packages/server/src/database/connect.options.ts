import type { ConnectOptions } from 'mongoose';
import type { DescribedUri } from './connect.uri.js';

/** How long a person waits at start for a database that does not answer, in milliseconds. */
export const START_DEADLINE_MS = 10_000;

/** How long an operation waits for a database that is down, in milliseconds; longer than an engine's restart (0.25 s). */
const SERVER_SELECTION_MS = 1_500;

/** For the one connection that a firewall or a lock forgot while the monitor's is well, in milliseconds. */
export const SOCKET_TIMEOUT_MS = 30_000;

/**
 * Acknowledged means journaled, on a standalone server. `majority` would be weaker there: in current MongoDB a write
 * with `{ w: 'majority', j: true }` only triggers the flush of the journal and leaves the waiting to replication
 * (waitForWriteConcern in src/mongo/db/write_concern.cpp), which a standalone server does not have.
 */
const JOURNALED = { w: 1, journal: true } as const;

/** Acknowledged means journaled by a majority of the replica set. */
const REPLICATED = { w: 'majority', journal: true } as const;

const COMMON = {
  appName: 'parley',
  // A query without a connection fails at once; Mongoose would keep it for 10 s.
  bufferCommands: false,
  autoIndex: false,
  autoCreate: false,
  maxPoolSize: 20,
  // Nobody waits for one of the 20 connections for longer than it takes to find a frozen engine (1.7 s). The driver
  // does not interrupt a connection that is being made, and one that was begun after the freeze takes until then.
  waitQueueTimeoutMS: 1_700,
  serverSelectionTimeoutMS: SERVER_SELECTION_MS,
  socketTimeoutMS: SOCKET_TIMEOUT_MS,
} satisfies ConnectOptions;

/**
 * Options for a MongoDB of the operator's own, less those that its connection string sets itself. A server that hangs is found by the driver's monitor: heartbeat plus connect timeout, 4 s.
 */
export function externalOptions(
  uri: DescribedUri,
  databaseName: string,
  isStandalone: boolean,
): ConnectOptions {
  const { optionNames, authSource } = uri;
  const tunable: ConnectOptions = { ...COMMON, heartbeatFrequencyMS: 1_000, connectTimeoutMS: 3_000 };
  const left = Object.entries(tunable).filter(([name]) => !optionNames.has(name.toLowerCase()));
  // The old spelling of `journal`; the driver lets it win where it is used.
  const oldSpelling = optionNames.has('j') ? { j: true } : {};
  // Write concern and read preference are not for tuning: a secondary may be behind an acknowledgement.
  return {
    ...Object.fromEntries(left),
    dbName: uri.databaseName ?? databaseName,
    // The driver would look for the user in `dbName`, which a string without a database does not mean.
    ...(authSource === undefined ? {} : { authSource }),
    ...(isStandalone ? JOURNALED : REPLICATED),
    ...oldSpelling,
    readPreference: 'primary',
  };
}

/**
 * Options for a child engine on a Unix socket.
 *
 * Frozen engine: the monitor asks every 500 ms and gives up after 1,200 ms; the driver then interrupts every
 * operation in flight. So all of them fail within 1.7 s (2 s where they wait for a connection), and a slow operation
 * of a healthy engine is left alone, which a `timeoutMS` or `socketTimeoutMS` of 2 s would not do. Reads are not
 * retried: the retry would wait for the server once more and double that time.
 */
export function engineOptions(): ConnectOptions {
  return {
    ...COMMON,
    directConnection: true,
    ...JOURNALED,
    retryWrites: false,
    retryReads: false,
    // The streaming protocol parks a hello for up to 10 s in the engine; polling finds a frozen engine, too.
    serverMonitoringMode: 'poll',
    heartbeatFrequencyMS: 500,
    minHeartbeatFrequencyMS: 50,
    connectTimeoutMS: 1_200,
  };
}
