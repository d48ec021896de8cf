import type { ConnectOptions } from 'mongoose';

/** How long a person waits at start for a database that does not answer, in milliseconds. */
export const START_DEADLINE_MS = 10_000;

/** How long an operation waits for a database that is down, in milliseconds; longer than an engine's restart (0.4 s). */
const SERVER_SELECTION_MS = 1_500;

const COMMON: ConnectOptions = {
  appName: 'parley',
  // A query without a connection fails at once; Mongoose would keep it for 10 s.
  bufferCommands: false,
  autoIndex: false,
  autoCreate: false,
  maxPoolSize: 20,
  // Nobody waits for one of the 20 connections for longer than for a database that is down.
  waitQueueTimeoutMS: 2_000,
  serverSelectionTimeoutMS: SERVER_SELECTION_MS,
  writeConcern: { w: 'majority', journal: true },
};

/**
 * Options for a MongoDB of the operator's own. What the connection string says wins where it says it.
 * A server that hangs is found by the driver's monitor (heartbeat plus connect timeout, 7 s); `socketTimeoutMS` is
 * for a single connection that a firewall forgot.
 */
export function externalOptions(): ConnectOptions {
  return {
    ...COMMON,
    heartbeatFrequencyMS: 2_000,
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 30_000,
  };
}

/**
 * Options for a child engine on a Unix socket.
 *
 * Frozen engine: the monitor asks every 500 ms and gives up after 1,200 ms; the driver then interrupts every
 * operation in flight. So all of them fail within 1.7 s, and a long operation of a healthy engine (an index build)
 * is left alone, which `socketTimeoutMS` and `timeoutMS` would not do. Reads are not retried: the retry would wait
 * for the server once more and double that time.
 */
export function engineOptions(): ConnectOptions {
  return {
    ...COMMON,
    directConnection: true,
    retryWrites: false,
    retryReads: false,
    // The streaming protocol parks a hello for up to 10 s in the engine; polling finds a frozen engine, too.
    serverMonitoringMode: 'poll',
    heartbeatFrequencyMS: 500,
    minHeartbeatFrequencyMS: 50,
    connectTimeoutMS: 1_200,
    socketTimeoutMS: 0,
  };
}
