import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { createFrameReader } from './frame.codec.js';
import { openLoadSocket } from './load.socket.js';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

afterAll(() => server.close());

/** Sends texts to a real server that sends them back. */
async function echo(texts: readonly string[]): Promise<string[]> {
  const back: string[] = [];
  await new Promise<void>((resolve, reject) => {
    openLoadSocket({
      port,
      path: '/',
      onLost: (reason) => reject(new Error(reason)),
      onText(text) {
        back.push(text);
        if (back.length === texts.length) resolve();
      },
    }).then((socket) => {
      for (const text of texts) socket.send(text);
    }, reject);
  });
  return back;
}

describe('a socket of the load generator', () => {
  it.each([0, 1, 125, 126, 127, 65_535])(
    'exchanges texts of %d bytes with the ws library',
    async (length) => {
      const text = 'ab'.repeat(length).slice(0, length);
      expect(await echo([text, 'end'])).toEqual([text, 'end']);
    },
  );

  it('answers a ping with a pong', async () => {
    const connected = once(server, 'connection');
    const socket = await openLoadSocket({
      port,
      path: '/',
      onText: () => undefined,
      onLost: () => undefined,
    });
    const [peer] = (await connected) as [import('ws').WebSocket];
    const answered = once(peer, 'pong');
    peer.ping();
    await answered;
    socket.cut();
  });

  it('says with which code it was closed', async () => {
    const connected = once(server, 'connection');
    const lost = new Promise<string>((resolve) => {
      void openLoadSocket({ port, path: '/', onText: () => undefined, onLost: resolve });
    });
    const [peer] = (await connected) as [import('ws').WebSocket];
    peer.close(4_401);
    expect(await lost).toBe('closed with 4401');
  });
});

describe('the reader of frames', () => {
  it('gives the same texts wherever the network cuts the stream', () => {
    const long = 'x'.repeat(70_000);
    const stream = Buffer.concat([
      Buffer.from([0x81, 2]),
      Buffer.from('hi'),
      Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]),
      Buffer.from(long),
      Buffer.from([0x81, 126, 0, 200]),
      Buffer.from('y'.repeat(200)),
    ]);
    for (const size of [61, 1_000, stream.length]) {
      const texts: string[] = [];
      const reader = createFrameReader({
        onText: (text) => texts.push(text),
        onClose: () => undefined,
        answer: () => undefined,
      });
      for (let at = 0; at < stream.length; at += size) reader.read(stream.subarray(at, at + size));
      expect(texts).toEqual(['hi', long, 'y'.repeat(200)]);
    }
  });

  it('waits for each byte of a head', () => {
    const texts: string[] = [];
    const reader = createFrameReader({
      onText: (text) => texts.push(text),
      onClose: () => undefined,
      answer: () => undefined,
    });
    const frame = Buffer.concat([Buffer.from([0x81, 126, 0, 200]), Buffer.from('y'.repeat(200))]);
    for (const byte of Buffer.concat([frame, frame])) reader.read(Buffer.from([byte]));
    expect(texts).toEqual(['y'.repeat(200), 'y'.repeat(200)]);
  });
});
