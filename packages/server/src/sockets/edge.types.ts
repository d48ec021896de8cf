import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { LimitName } from '@parley/protocol';
import type { DomainEventBus } from '../events/domain.events.js';
import type { DirectoryService, Services } from '../services/contracts.js';

/** Pino's shape, as far as the edge needs it. Tokens and addresses with a query never get in. */
export interface EdgeLogger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export type Transport = 'socket.io' | 'websocket';

/** What the metrics may count; every hook is optional. */
export interface EdgeMetrics {
  onConnect?(transport: Transport): void;
  onDisconnect?(transport: Transport): void;
  /** One client event is done; `outcome` is `ok` or an error code. Unknown events go by the name `unknown`. */
  onEvent?(name: string, outcome: string): void;
  /** A new message went to this many live connections of others. */
  onDelivered?(count: number): void;
}

/** The configuration of the socket edge. */
export interface SocketEdgeConfig {
  /**
   * Whose pages may use the user's cookie: a list (`*` for all), or a check that also gets the host name the client
   * used. The server's own origin is always allowed.
   */
  allowedOrigins: readonly string[] | ((origin: string, host: string | undefined) => boolean);
  cookieName: string;
  /** What a Socket.IO connection speaks that does not ask for a dialect. */
  defaultDialect: 'canonical' | 'sidebar';
  /** The host name the client used; the Host header by default. Behind a proxy: `createProxyTrust(…).hostOf`. */
  hostOf?: (request: IncomingMessage) => string | undefined;
  /** The address of the client; that of the connection by default. Behind a proxy: `createProxyTrust(…).addressOf`. */
  addressOf?: (request: IncomingMessage) => string;
}

/** Limits of the table, some of them replaced. */
export type EdgeLimits = Readonly<Record<LimitName, number>>;

/** What `createSocketEdge` takes. */
export interface SocketEdgeOptions {
  httpServer: HttpServer;
  services: Services;
  bus: DomainEventBus;
  users: Pick<DirectoryService, 'getMany'>;
  config: SocketEdgeConfig;
  /** Replaces entries of the table; for tests. */
  limits?: Partial<EdgeLimits>;
  logger: EdgeLogger;
  metrics?: EdgeMetrics;
}

/** The running edge. */
export interface SocketEdge {
  /** Tells every client that the server stops, ends all connections and timers. The HTTP server stays open. */
  close(): Promise<void>;
  /** Open connections of both transports, authenticated or not. */
  connectionCount(): number;
}

/** What the parts of the edge share. */
export interface EdgeContext {
  services: Services;
  bus: DomainEventBus;
  users: Pick<DirectoryService, 'getMany'>;
  limits: EdgeLimits;
  logger: EdgeLogger;
  metrics: EdgeMetrics;
}
