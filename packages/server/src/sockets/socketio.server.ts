import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { WebSocketServer } from 'ws';
import type { CredentialReader } from './credentials.js';
import type { EdgeContext } from './edge.types.js';
import type { StrangerCounter } from './stranger.counter.js';
import { SOCKET_IO_PATH } from './upgrade.router.js';

/** A connection of engine.io; it can be there before, and without, a socket on it. */
type EngineSocket = Socket['conn'];

/** Connections beyond the limit that may stay until they are told so with a code. */
const REFUSAL_ROOM = 1.1;

/** Attaches Socket.IO to the HTTP server; upgrades to other paths are left alone. */
export function createSocketIoServer(
  httpServer: HttpServer,
  { limits, logger }: EdgeContext,
  credentials: CredentialReader,
  strangers: StrangerCounter,
  isStopping: () => boolean,
): Server {
  const io: Server = new Server(httpServer, {
    path: SOCKET_IO_PATH,
    // engine.io would end a raw upgrade that is slow to authenticate.
    destroyUpgrade: false,
    transports: ['polling', 'websocket'],
    maxHttpBufferSize: limits.frameMaxBytes,
    pingInterval: limits.heartbeatMs,
    pingTimeout: limits.heartbeatTimeoutMs,
    connectTimeout: limits.authenticationTimeoutMs,
    perMessageDeflate: false,
    // engine.io's own is an older one, which keeps a pong for every ping of a client that reads none of them.
    wsEngine: WebSocketServer,
    cors: (request, callback) => {
      callback(null, { origin: credentials.isAllowedOrigin(request as IncomingMessage), credentials: true });
    },
    allowRequest: (request, callback) => {
      if (isStopping()) callback('The server is restarting', false);
      else if (io.engine.clientsCount >= limits.connectionsMax * REFUSAL_ROOM)
        callback('Too many connections', false);
      else if (!strangers.hasRoom(request)) callback('Too many connections of your address', false);
      else callback(null, true);
    },
  });
  // The request's address may carry a token that was meant for elsewhere: it stays out of the log.
  io.engine.on('connection_error', ({ code, message }: { code: number; message: string }) => {
    logger.debug({ code, reason: message }, 'a Socket.IO handshake was refused');
  });
  io.engine.on('connection', (engineSocket: EngineSocket) => {
    strangers.add(engineSocket, engineSocket.request);
    engineSocket.once('close', () => strangers.remove(engineSocket));
  });
  return io;
}
