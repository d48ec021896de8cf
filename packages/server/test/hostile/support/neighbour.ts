import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { type Received, Recorder } from '../../live/live.client.js';
import type { Member, Transport } from '../hostile.case.js';
import { type AttackedServer, PASSWORD } from './attacked.server.js';

/** Somebody who only wants to chat, on every transport at once, while others attack. */
export interface Neighbour {
  /** Sends an honest message; gives the milliseconds to its ack. */
  sayHello(transport: Transport): Promise<number>;
  leave(): void;
}

const DEADLINE_MS = 20_000;
let said = 0;

/** Signs in and connects. The connections stay open, so that an attack which costs others theirs is noticed. */
export async function bringNeighbour(
  server: AttackedServer,
  { username }: Member,
  receiverId: string,
): Promise<Neighbour> {
  const { body } = await server.request('POST', '/login', { body: { username, password: PASSWORD } });
  const token = body.token as string;
  const socket = io(server.url, {
    auth: { token },
    forceNew: true,
    transports: ['websocket'],
    // Whoever costs the neighbour a connection has done harm, however fast the next one is there.
    reconnection: false,
  });
  const webSocket = new WebSocket(`${server.webSocketUrl}/?token=${token}`);
  const frames = new Recorder();
  webSocket.on('error', () => undefined);
  webSocket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as Received;
    frames.record(frame.type, frame);
  });
  await Promise.all([
    new Promise<void>((resolve, reject) => {
      socket.once('authenticated', () => resolve());
      socket.once('connect_error', reject);
      socket.once('disconnect', (reason) => reject(new Error(`the neighbour was not let in: ${reason}`)));
    }),
    frames.waitFor('history'),
  ]);

  async function sendOver(transport: Transport, clientId: string): Promise<void> {
    const message = { to: receiverId, content: 'hello', clientId };
    if (transport === 'REST' || transport === 'cookie') {
      const answer = await server.request('POST', '/api/messages/send', { token, body: message });
      if (answer.status !== 201) throw new Error(`an honest message was answered ${answer.text}`);
    } else if (transport === 'raw WebSocket') {
      webSocket.send(JSON.stringify({ text: 'hello', clientId }));
      await frames.waitFor('message', (frame: Received) => frame.clientId === clientId);
    } else {
      const ack: Received = await socket.timeout(DEADLINE_MS).emitWithAck('send_message', message);
      if (ack.ok !== true) throw new Error(`an honest message was answered ${JSON.stringify(ack)}`);
    }
  }

  return {
    async sayHello(transport) {
      if (!socket.connected || webSocket.readyState !== WebSocket.OPEN)
        throw new Error('the neighbour has lost a connection');
      said += 1;
      const startedAt = performance.now();
      await sendOver(transport, `hello-${said}`);
      const elapsedMs = performance.now() - startedAt;
      frames.received.length = 0;
      return elapsedMs;
    },
    leave() {
      socket.disconnect();
      webSocket.terminate();
    },
  };
}
