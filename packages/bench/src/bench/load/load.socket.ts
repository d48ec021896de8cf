import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { createFrameReader, encodeTextFrame } from './frame.codec.js';

/** A WebSocket of the load generator: a third of the processor time of a library's, so that the server is the bottleneck. */
export interface LoadSocket {
  /** Writes one text frame of ASCII. */
  send(text: string): void;
  /** Ends it without a farewell. */
  cut(): void;
  isOpen(): boolean;
}

export interface LoadSocketOptions {
  port: number;
  path: string;
  /** Called before the first text. */
  onOpen?: (socket: LoadSocket) => void;
  onText: (text: string) => void;
  /** It ended though nobody asked for it; `reason` is the close code, or what the network said. */
  onLost: (reason: string) => void;
  withinMs?: number;
}

/** Connects; rejects with what the server said instead of switching protocols. */
export function openLoadSocket(options: LoadSocketOptions): Promise<LoadSocket> {
  const { port, path, onOpen, onText, onLost, withinMs = 30_000 } = options;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    let isCut = false;
    let reason = 'connection ended';
    const loadSocket: LoadSocket = {
      send: (text) => void socket.write(encodeTextFrame(text)),
      cut() {
        isCut = true;
        socket.destroy();
      },
      isOpen: () => !socket.destroyed,
    };
    const reader = createFrameReader({
      onText,
      onClose(code) {
        reason = `closed with ${code}`;
        socket.end();
      },
      answer: (frame) => void socket.write(frame),
    });
    const timer = setTimeout(() => socket.destroy(new Error('no answer to the upgrade')), withinMs);
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new Error(reason));
      if (!isCut) onLost(reason);
    });
    socket.write(upgradeRequest(port, path));
    readUpgrade(socket, (error, rest) => {
      clearTimeout(timer);
      if (error !== undefined) {
        socket.destroy(error);
        return;
      }
      socket.on('data', (chunk: Buffer) => reader.read(chunk));
      onOpen?.(loadSocket);
      resolve(loadSocket);
      if (rest.length > 0) reader.read(rest);
    });
  });
}

function upgradeRequest(port: number, path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n');
}

/** Reads the answer's head, and hands over what came behind it. */
function readUpgrade(socket: Socket, done: (error: Error | undefined, rest: Buffer) => void): void {
  let head = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    socket.off('data', onData);
    const status = head.toString('latin1', 0, head.indexOf('\r\n'));
    if (status.includes(' 101 ')) done(undefined, head.subarray(end + 4));
    else done(new Error(`no upgrade: ${status}`), Buffer.alloc(0));
  };
  socket.on('data', onData);
}
