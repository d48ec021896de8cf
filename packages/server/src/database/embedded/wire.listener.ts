import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { NativeEngine, RoundTrip } from './native.library.js';
import { cutMessages, HEADER_BYTES, OP_MSG, OP_REPLY } from './wire.message.js';

/** Answers in a row that the engine fails to give; one alone may be the message's fault. */
const FAILURES_MAX = 3;

/** A running listener; `close` answers what is in flight, then drops the connections. */
export interface WireListener {
  close(): Promise<void>;
}

/**
 * Serves the engine on a Unix socket, so that any MongoDB driver connects to it as to a standalone server.
 *
 * The package has a listener of its own, but it picks a new random path at each start, and a driver reconnects by
 * itself only to the path that it knows.
 *
 * `onDead` is told, once, of an engine that answers nothing any more: it may open its data and fail after that, and
 * would look alive from outside for ever.
 */
export async function listenForWireMessages(
  engine: Pick<NativeEngine, 'roundTrip'>,
  socketPath: string,
  onDead: (error: unknown) => void,
): Promise<WireListener> {
  const connections = new Map<Socket, { drained: () => Promise<void> }>();
  let failures = 0;
  const roundTrip = async (message: Buffer): Promise<RoundTrip> => {
    try {
      const reply = await engine.roundTrip(message);
      failures = 0;
      return reply;
    } catch (error) {
      failures += 1;
      if (failures === FAILURES_MAX) onDead(error);
      throw error;
    }
  };
  const server = createServer((socket) => {
    connections.set(socket, serveConnection(roundTrip, socket));
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  // Left behind by a killed predecessor. The data folder is locked by now, so nobody lives behind this path.
  rmSync(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all(
        [...connections].map(async ([socket, connection]) => {
          socket.pause();
          await connection.drained();
          socket.destroySoon();
        }),
      );
      await closed;
    },
  };
}

function serveConnection(
  roundTrip: NativeEngine['roundTrip'],
  socket: Socket,
): { drained: () => Promise<void> } {
  let replies = 0;
  let queue = Promise.resolve();

  const answer = async (message: Buffer): Promise<void> => {
    const reply = await roundTrip(message);
    if (reply.moreToCome || socket.destroyed) return;
    replies += 1;
    socket.write(frameReply(reply, replies));
  };

  const read = cutMessages((message) => {
    // A failure is the connection's: the driver sees it dropped, not a reply that belongs to no request.
    queue = queue.then(() => answer(message)).catch(() => void socket.destroy());
  });
  socket.on('data', (chunk: Buffer) => {
    if (!read(chunk)) socket.destroy();
  });
  return { drained: () => queue };
}

function frameReply(reply: RoundTrip, replyId: number): Buffer {
  const body = reply.response;
  const preamble = reply.legacy ? 20 : 5;
  const frame = Buffer.alloc(HEADER_BYTES + preamble);
  frame.writeInt32LE(frame.length + body.length, 0);
  frame.writeInt32LE(replyId, 4);
  frame.writeInt32LE(reply.requestId, 8);
  frame.writeInt32LE(reply.legacy ? OP_REPLY : OP_MSG, 12);
  // OP_REPLY: flags, cursor id and starting position are zero, one document follows. OP_MSG: no flags, section kind 0.
  if (reply.legacy) frame.writeInt32LE(1, 32);
  return Buffer.concat([frame, body]);
}
