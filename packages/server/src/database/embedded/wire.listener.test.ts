import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { listenForWireMessages, type WireListener } from './wire.listener.js';

const folder = mkdtempSync(join(tmpdir(), 'parley-wire-'));
const socketPath = join(folder, 'db.sock');
let listener: WireListener | undefined;

afterAll(async () => {
  await listener?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A message without a body, on a connection of its own; resolves when that is closed. */
async function send(): Promise<void> {
  const socket = connect(socketPath);
  const message = Buffer.alloc(16);
  message.writeInt32LE(message.length, 0);
  socket.on('error', () => undefined);
  socket.write(message);
  socket.resume();
  await once(socket, 'close');
}

it('takes an engine that fails three answers in a row for dead, and one that fails now and then for alive', async () => {
  const outcomes = ['fails', 'fails', 'answers', 'fails', 'fails', 'fails', 'fails'];
  const deaths: unknown[] = [];
  const engine = {
    roundTrip: () =>
      outcomes.shift() === 'answers'
        ? Promise.resolve({ requestId: 1, moreToCome: false, legacy: false, response: Buffer.alloc(5) })
        : Promise.reject(new Error('no answer')),
  };
  listener = await listenForWireMessages(engine, socketPath, (error) => deaths.push(error));
  await send();
  await send();
  const answered = connect(socketPath);
  answered.write(Buffer.from([16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
  await once(answered, 'data');
  answered.destroy();
  await send();
  await send();
  expect(deaths).toEqual([]);
  await send();
  expect(deaths).toEqual([new Error('no answer')]);
  await send();
  expect(deaths).toHaveLength(1);
});
