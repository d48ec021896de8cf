// Peer: a relay on the bare `ws` library. It checks nobody, stores nothing and passes each message on: what is left
// of a chat server when everything is taken away.
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { answerQuestions } from '../rig/child.answers.js';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
const users = new Map<string, WebSocket>();

interface Message {
  request: number;
  to: string;
  content: string;
  clientId: string;
}

server.on('connection', (socket, request) => {
  const user = new URL(request.url ?? '/', 'http://localhost').searchParams.get('user') ?? '';
  users.set(user, socket);
  socket.on('message', (data) => {
    const { request: id, to, content, clientId } = JSON.parse(String(data)) as Message;
    users.get(to)?.send(JSON.stringify({ type: 'message', from: user, content, clientId }));
    socket.send(JSON.stringify({ ack: id }));
  });
  socket.on('close', () => users.delete(user));
  socket.send(JSON.stringify({ ready: true }));
});
server.on('listening', () => {
  answerQuestions({ port: (server.address() as AddressInfo).port }, {}, () => server.close());
});
