import { createServer, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type LimitName, limits, ParleyError } from '@parley/protocol';
import { presentProblem } from '../dialects/problem.presenter.js';

/** Of a deadline for slow requests, how much later than that one may be ended. */
const DEADLINE_SLACK = 1 / 3;

/** An HTTP server that ends slow requests and answers broken ones; it does not listen yet. */
export function createHttpServer(app: RequestListener, bounds: Readonly<Record<LimitName, number>>): Server {
  const server = createServer(
    {
      headersTimeout: bounds.requestHeadersMs,
      requestTimeout: bounds.requestMs,
      // Node looks every 30 s unless told otherwise.
      connectionsCheckingInterval: Math.ceil(bounds.requestHeadersMs * DEADLINE_SLACK),
      // Behind a proxy that keeps connections for 60 s, the proxy has to be the one that lets go.
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
    },
    app,
  );
  // Live connections are limited by the socket edge, with an error that says so; this bounds everything else.
  server.maxConnections = 2 * bounds.connectionsMax;
  server.on('clientError', answerBrokenRequest);
  return server;
}

/** The server cannot listen; the message is one sentence for the person at the terminal. */
export class ListenError extends Error {
  override name = 'ListenError';
}

/** Listens on all addresses when `host` is undefined: IPv4 and IPv6 where there is IPv6. Throws `ListenError`. */
export function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ListenError(explain(error, port, host))),
    );
    const backlog = limits.connectionsWaitingMax;
    server.listen({ port, backlog, ...(host === undefined ? {} : { host }) }, resolve);
  });
}

function explain(error: NodeJS.ErrnoException, port: number, host: string | undefined): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use by another program; stop that or set PORT to another one.`;
    case 'EACCES':
      return `Port ${port} may not be used by this user; set PORT to one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST ${host ?? ''} is no address of this machine.`;
    default:
      return `The server cannot listen on port ${port} (${error.code ?? error.message}).`;
  }
}

/** Where a server can be reached from its own machine. */
export function urlOf(host: string | undefined, port: number): string {
  if (host === undefined || host === '::' || host === '0.0.0.0') return `http://localhost:${port}`;
  return host.includes(':') ? `http://[${host}]:${port}` : `http://${host}:${port}`;
}

/** Between two looks for connections that have nothing left to do. */
const IDLE_POLL_MS = 25;

/** Stops accepting, and resolves when the last answer is sent. Kept connections are closed as they fall idle. */
export function closeHttpServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const poll = setInterval(() => server.closeIdleConnections(), IDLE_POLL_MS);
    server.close(() => {
      clearInterval(poll);
      resolve();
    });
  });
}

const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers what is no HTTP, or too slow, or has too many headers; nothing else sees such a request. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const line = STATUS_LINES[error.code ?? ''] ?? '400 Bad Request';
  const detail = line === '400 Bad Request' ? 'This is not an HTTP request' : line.slice(4);
  const body = JSON.stringify({
    ...presentProblem(new ParleyError('invalid_request', { detail })),
    status: Number(line.slice(0, 3)),
  });
  socket.end(
    `HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
