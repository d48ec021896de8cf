import { ParleyError } from '@parley/protocol';
import type { Server, Socket } from 'socket.io';
import { toParleyError } from '../dialects/problem.presenter.js';
import type { AckCallback, Authenticate, CommandRunner } from './command.runner.js';
import type { ConnectionRegistry } from './connection.registry.js';
import type { EdgeContext, SocketEdgeConfig } from './edge.types.js';
import { encodeAcks } from './encoded.packet.js';
import { dialectOf, type Handshake, toConnectError } from './handshake.js';
import type { SessionGate } from './session.gate.js';
import { SocketIoConnection } from './socketio.connection.js';
import type { StrangerCounter } from './stranger.counter.js';
import type { Welcome } from './welcome.js';

/** What the Socket.IO transport needs. */
export interface SocketIoAdapterParts {
  io: Server;
  context: EdgeContext;
  config: SocketEdgeConfig;
  registry: ConnectionRegistry;
  gate: SessionGate;
  strangers: StrangerCounter;
  welcome: Welcome;
  readHandshake(socket: Socket): Promise<Handshake>;
  run: CommandRunner;
}

/** Serves Socket.IO connections: from the handshake to the inbox of the command runner. */
export function serveSocketIo(parts: SocketIoAdapterParts): void {
  const { io, context, registry, gate, strangers, welcome, readHandshake, run } = parts;
  const { services, limits, logger, metrics } = context;
  /** Engine connections that join, or have joined: a second CONNECT packet would make a second socket beside the first. */
  const joined = new WeakSet<object>();

  io.use((socket, next) => {
    prepare(socket).then(
      () => next(),
      (error: unknown) => {
        const known = toParleyError(error);
        if (known.code === 'internal') logger.error({ err: error }, 'a Socket.IO handshake failed');
        next(toConnectError(known));
      },
    );
  });

  async function prepare(socket: Socket): Promise<void> {
    if (joined.has(socket.conn))
      throw new ParleyError('too_many_connections', { detail: 'The connection has joined already' });
    joined.add(socket.conn);
    try {
      gate.checkServer(registry.count() + 1);
      socket.data = await gate.enterInLine(() => readHandshake(socket));
    } catch (error) {
      joined.delete(socket.conn);
      throw error;
    }
  }

  io.on('connection', (socket) => {
    const { dialect, entry } = socket.data as Handshake;
    const connection = new SocketIoConnection(socket, dialect, limits.connectionInboxMax);
    socket.data = { connection };
    forgetRequest(socket);
    encodeAcks(socket);
    registry.open(connection);
    metrics.onConnect?.('socket.io');
    const onHeartbeat = () => {
      if (connection.actor !== null) services.presence.renew(connection.actor.userId, connection.id);
    };
    const deadline = setTimeout(() => expire(connection), limits.authenticationTimeoutMs);
    deadline.unref();
    if (entry !== null) connection.inbox.push(() => enter(connection, entry));
    socket.conn.on('heartbeat', onHeartbeat);
    socket.on('error', (error: Error) =>
      logger.debug({ err: error, connection: socket.id }, 'a socket failed'),
    );
    // Never passed on: every name has its answer, `error` and unknown ones too, and none reaches an EventEmitter.
    socket.use((event) => receive(connection, event));
    socket.on('disconnect', () => {
      clearTimeout(deadline);
      socket.conn.off('heartbeat', onHeartbeat);
      joined.delete(socket.conn);
      connection.inbox.close();
      gate.leave(connection);
      metrics.onDisconnect?.('socket.io');
    });
  });

  function receive(connection: SocketIoConnection, [name, ...rest]: unknown[]): void {
    const ack = typeof rest.at(-1) === 'function' ? (rest.pop() as AckCallback) : undefined;
    if (!connection.inbox.push(() => run(connection, { name, payload: rest[0], ack }))) {
      connection.end(
        'rateLimited',
        new ParleyError('rate_limited', { detail: 'Too many events wait for their turn' }),
      );
    }
  }

  function expire(connection: SocketIoConnection): void {
    if (connection.actor === null)
      connection.end('authenticationFailed', new ParleyError('authentication_timeout'));
  }

  async function enter(
    connection: SocketIoConnection,
    { actor, token }: NonNullable<Handshake['entry']>,
  ): Promise<void> {
    try {
      gate.admit(connection, actor, token);
      strangers.remove(connection.socket.conn);
      await welcome.welcome(connection);
    } catch (error) {
      refuse(connection, error);
    }
  }

  function refuse(connection: SocketIoConnection, error: unknown): void {
    const known = toParleyError(error);
    if (known.code === 'internal')
      logger.error({ err: error, connection: connection.id }, 'a socket could not enter');
    connection.end(known.status >= 500 ? 'serverBusy' : 'authenticationFailed', known);
  }
}

/**
 * What came with the handshake is read by now. The libraries would keep it, headers and token included, as long as the
 * connection lasts: 3 kB each.
 */
function forgetRequest({ conn, handshake }: Socket): void {
  Object.assign(conn, { request: null });
  Object.assign(handshake, { headers: {}, query: {}, auth: {}, url: '' });
}

/** Authenticates connections by event, and lets those that are go on with a fresher token of the same user. */
export function createAuthenticator(
  { services }: EdgeContext,
  config: SocketEdgeConfig,
  gate: SessionGate,
  strangers: StrangerCounter,
  { welcome, changeSession }: Welcome,
): Authenticate {
  return async (connection, token) => {
    const found = await services.accounts.authenticate(token);
    const before = connection.actor;
    const actor = gate.admit(connection, found, token);
    strangers.remove(connection.socket.conn);
    if (before !== null) changeSession(connection, before.sessionId, actor.sessionId);
    else if (found.dialect !== undefined && connection.dialect.name === config.defaultDialect) {
      connection.dialect = dialectOf(found, config);
    }
    return { user: await welcome(connection) };
  };
}
