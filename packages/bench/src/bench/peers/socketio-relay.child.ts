// Peer: a relay on Socket.IO as its documentation has it: a room for each user, an ack for each send. It checks nobody
// and stores nothing.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { answerQuestions } from '../rig/child.answers.js';

const http = createServer();
const io = new Server(http, { transports: ['polling', 'websocket'], perMessageDeflate: false });

/** The room that everybody is in. */
const LOBBY = 'lobby';

interface Message {
  /** Undefined for everybody. */
  to?: string;
  content: string;
  clientId: string;
}

io.on('connection', (socket) => {
  const { token: user } = socket.handshake.auth as { token: string };
  void socket.join([user, LOBBY]);
  socket.on('send_message', ({ to, content, clientId }: Message, ack: (answer: object) => void) => {
    const timestamp = new Date().toISOString();
    const target = to === undefined ? socket.to(LOBBY) : io.to(to);
    target.emit('new_message', { sender: user, content, clientId, timestamp });
    ack({ ok: true, timestamp });
  });
  socket.emit('authenticated', { user });
});
http.listen(0, '127.0.0.1', () => {
  answerQuestions({ port: (http.address() as AddressInfo).port }, {}, () => io.close());
});
