import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isDatabaseUnavailable } from '../../src/database/database.errors.js';
import { afterThisTest, engineId, openForTest, timed, waitFor } from './database.fixture.js';

/** Sockets that this process opens from now on, as Node tells of them. */
function keepSockets(): Socket[] {
  const sockets: Socket[] = [];
  const keep = (message: unknown) => void sockets.push((message as { socket: Socket }).socket);
  subscribe('net.client.socket', keep);
  afterThisTest(() => unsubscribe('net.client.socket', keep));
  return sockets;
}

/** The error of an operation, one of its own included when it has not ended after 8 s. */
async function errorOf(operation: () => Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, 8_000, new Error('it was left waiting'));
  });
  const { error } = await timed(() => Promise.race([operation(), late]));
  clearTimeout(timer);
  return error;
}

// An engine that dies leaves its connections so for some milliseconds: destroyed, and nobody told yet.
describe('a connection that has just been lost', () => {
  it('fails the operation that begins on it', async () => {
    const sockets = keepSockets();
    const database = await openForTest();
    const collection = database.connection.collection('writes');
    await collection.insertOne({});
    for (const socket of sockets) socket.destroy();
    const error = await errorOf(() => collection.insertOne({}));
    expect(isDatabaseUnavailable(error), String(error)).toBe(true);
    await waitFor('an acknowledged write', () => collection.insertOne({}).catch(() => undefined));
  });

  it('does not stop the search for the engine', async () => {
    const sockets = keepSockets();
    const database = await openForTest();
    const collection = database.connection.collection('writes');
    await collection.insertOne({});
    let looks = 0;
    const client = database.connection.getClient();
    // The driver tells of a look right before it writes to the connection that it looks through.
    client.once('serverHeartbeatStarted', () => {
      for (const socket of sockets) socket.destroy();
      client.on('serverHeartbeatSucceeded', () => {
        looks += 1;
      });
    });
    await waitFor('the driver to look again', () => looks > 0, 5_000);
    await waitFor('an acknowledged write', () => collection.insertOne({}).catch(() => undefined));
  });
});

describe('a write that a frozen engine does not take', () => {
  it('fails', async () => {
    const database = await openForTest();
    const collection = database.connection.collection('writes');
    await collection.insertOne({});
    const frozen = engineId(database);
    afterThisTest(() => process.kill(frozen, 'SIGCONT'));
    process.kill(frozen, 'SIGSTOP');
    // More than the system keeps for a reader that does not read, so most of it stays in this process.
    const error = await errorOf(() => collection.insertOne({ bytes: Buffer.alloc(8_000_000) }));
    expect(isDatabaseUnavailable(error), String(error)).toBe(true);
    process.kill(frozen, 'SIGCONT');
    await waitFor('an acknowledged write', () => collection.insertOne({}).catch(() => undefined));
  });
});
