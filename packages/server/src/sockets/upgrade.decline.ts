import { type Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { limits } from '@parley/protocol';
import { refuseUpgrade } from './upgrade.refusal.js';

/**
 * Answers a request that offers another protocol, HTTP/2 say, as if it had offered nothing (RFC 9110 section 7.8
 * lets a server ignore the offer). Java's own client offers it with every first request; Node hands such requests to
 * the upgrade listener once there is one, and has ended them without their bodies. Node watches over such a socket
 * no longer: that its body comes within `requestMs` is seen to here.
 */
export function declineUpgrade(
  httpServer: HttpServer,
  offered: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  requestMs: number,
): void {
  const length = Number(offered.headers['content-length'] ?? 0);
  if (
    !(socket instanceof Socket) ||
    offered.headers['transfer-encoding'] !== undefined ||
    !(length <= limits.bodyMaxBytes)
  ) {
    refuseUpgrade(socket, 400, 'Send this request without an Upgrade header');
    return;
  }
  const request = new IncomingMessage(socket);
  const { method, url, rawHeaders, headers, httpVersion, httpVersionMajor, httpVersionMinor } = offered;
  Object.assign(request, {
    method,
    url,
    rawHeaders,
    headers,
    httpVersion,
    httpVersionMajor,
    httpVersionMinor,
  });
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => socket.end());
  socket.on('error', () => socket.destroy());

  const deadline = setTimeout(() => socket.destroy(), requestMs);
  socket.once('close', () => clearTimeout(deadline));
  let missing = length;
  function take(chunk: Buffer): void {
    const part = chunk.subarray(0, missing);
    missing -= part.length;
    if (part.length > 0) request.push(part);
    if (missing > 0) return;
    clearTimeout(deadline);
    socket.off('data', take);
    request.complete = true;
    request.push(null);
  }
  socket.on('data', take);
  take(head);
  httpServer.emit('request', request, response);
}
