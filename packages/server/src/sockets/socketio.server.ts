import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Server } from 'socket.io';
import { WebSocketServer } from 'ws';
import type { CredentialReader } from './credentials.js';
import type { EdgeContext } from './edge.types.js';
import { SOCKET_IO_PATH } from './upgrade.router.js';

/** Connections beyond the limit that may stay until they are told so with a code. */
const REFUSAL_ROOM = 1.1;

/** Attaches Socket.IO to the HTTP server; upgrades to other paths are left alone. */
export function createSocketIoServer(
  httpServer: HttpServer,
  { limits, logger }: EdgeContext,
  credentials: CredentialReader,
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
    allowRequest: (_request, callback) => {
      if (isStopping()) callback('The server is restarting', false);
      else if (io.engine.clientsCount >= limits.connectionsMax * REFUSAL_ROOM)
        callback('Too many connections', false);
      else callback(null, true);
    },
  });
  // The request's address may carry a token that was meant for elsewhere: it stays out of the log.
  io.engine.on('connection_error', ({ code, message }: { code: number; message: string }) => {
    logger.debug({ code, reason: message }, 'a Socket.IO handshake was refused');
  });
  return io;
}
