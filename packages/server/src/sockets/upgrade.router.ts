import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { LobbyAdapter } from './lobby.adapter.js';
import { declineUpgrade } from './upgrade.decline.js';
import { refuseUpgrade } from './upgrade.refusal.js';
import { coalesceWrites } from './write.coalescing.js';

/** Where Socket.IO lives; engine.io answers there itself. */
export const SOCKET_IO_PATH = '/socket.io/';

/** Sends each upgrade where it belongs, for as long as the HTTP server lives. */
export function routeUpgrades(
  httpServer: HttpServer,
  lobby: LobbyAdapter,
  requestMs: number,
  isStopping: () => boolean,
): void {
  function route(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    coalesceWrites(socket);
    const url = request.url ?? '';
    if (url.startsWith(SOCKET_IO_PATH)) return;
    const path = url.split('?', 1)[0];
    if (request.headers.upgrade?.toLowerCase() !== 'websocket')
      declineUpgrade(httpServer, request, socket, head, requestMs);
    else if (path !== '/' && path !== '/ws') refuseUpgrade(socket, 404, 'There is no WebSocket here');
    else if (isStopping()) refuseUpgrade(socket, 503, 'The server is restarting');
    else lobby.accept(request, socket, head);
  }
  httpServer.on('upgrade', route);
}
