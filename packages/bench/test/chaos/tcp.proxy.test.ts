import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../../src/chaos/faults/tcp.proxy.js';
import { createRandom } from '../../src/chaos/random.js';
import { findFreePort } from '../../src/chaos/rig/free.port.js';
import { waitUntil } from '../../src/chaos/rig/pause.js';

let echo: Server;
let proxy: TcpProxy;
let heard = '';

beforeEach(async () => {
  heard = '';
  echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard += String(chunk);
      socket.write(chunk);
    });
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  proxy = await startTcpProxy(await findFreePort(), (echo.address() as AddressInfo).port, createRandom(1));
});
afterEach(async () => {
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

/** A client that keeps what it hears and how it ended. */
function open(): { socket: Socket; heard: string; ended: string | undefined } {
  const client = {
    socket: connect(proxy.port, '127.0.0.1'),
    heard: '',
    ended: undefined as string | undefined,
  };
  client.socket.on('data', (chunk) => (client.heard += String(chunk)));
  client.socket.on('end', () => (client.ended ??= 'end'));
  client.socket.on('error', (error: NodeJS.ErrnoException) => (client.ended = error.code));
  client.socket.on('close', () => (client.ended ??= 'close'));
  return client;
}

async function openAndEcho() {
  const client = open();
  client.socket.write('a');
  await waitUntil('an echo', () => client.heard === 'a');
  return client;
}

describe('the proxy', () => {
  it.each(['pass', 'delay'] as const)('brings everything in order under %s', async (mode) => {
    const client = await openAndEcho();
    proxy.become(mode);
    for (const letter of 'bcdefg') client.socket.write(letter);
    await waitUntil('all letters', () => client.heard === 'abcdefg');
  });

  it('lets requests through and answers not, and resets the broken stream when the network is well again', async () => {
    const client = await openAndEcho();
    proxy.become('lose-acks');
    client.socket.write('b');
    await waitUntil(
      'the request, and the loss of its answer',
      () => heard === 'ab' && proxy.lostBytes() === 1,
    );
    proxy.become('pass');
    await waitUntil('the reset', () => client.ended === 'ECONNRESET');
    expect(client.heard).toBe('a');
  });

  it('brings nothing under black-hole', async () => {
    const client = await openAndEcho();
    proxy.become('black-hole');
    client.socket.write('b');
    await waitUntil('the loss', () => proxy.lostBytes() === 1);
    proxy.become('pass');
    const next = await openAndEcho();
    expect([client.heard, next.heard]).toEqual(['a', 'a']);
  });

  it('ends what is there and what comes under drop, resets under reset, and closes one direction under half-close', async () => {
    const dropped = await openAndEcho();
    proxy.become('drop');
    await waitUntil('the end', () => dropped.ended !== undefined);
    const refused = open();
    await waitUntil('the refusal', () => refused.ended !== undefined);
    proxy.become('pass');
    const reset = await openAndEcho();
    proxy.become('reset');
    await waitUntil('the reset', () => reset.ended === 'ECONNRESET');
    proxy.become('pass');
    const halved = await openAndEcho();
    proxy.become('half-close');
    await waitUntil('one side closing', () => halved.ended !== undefined || proxy.connections() === 0);
  });
});
