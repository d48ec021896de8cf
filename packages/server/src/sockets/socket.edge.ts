import { ParleyError, limits as table } from '@parley/protocol';
import { createCommandRunner } from './command.runner.js';
import { createCommandTable } from './command.table.js';
import { createConnectionRegistry } from './connection.registry.js';
import { sweepConnections } from './connection.sweeper.js';
import { createCredentialReader } from './credentials.js';
import type { EdgeContext, SocketEdge, SocketEdgeOptions } from './edge.types.js';
import { fanOutMessages } from './fan-out.messages.js';
import { fanOutNotices } from './fan-out.notices.js';
import { createHandshakeReader } from './handshake.js';
import { createLobbyAdapter } from './lobby.adapter.js';
import { createLobbyAudience } from './lobby.audience.js';
import { createOnlineList } from './online.list.js';
import { createOrderedQueue } from './ordered.queue.js';
import { createBroadcaster } from './rooms.js';
import { createSessionGate } from './session.gate.js';
import { createAuthenticator, serveSocketIo } from './socketio.adapter.js';
import type { SocketIoConnection } from './socketio.connection.js';
import { createSocketIoServer } from './socketio.server.js';
import { createStrangerCounter } from './stranger.counter.js';
import { routeUpgrades } from './upgrade.router.js';
import { createWelcome } from './welcome.js';

/** How long clients may take to read that the server stops. */
const FAREWELL_MS = 1_000;
const FAREWELL_POLL_MS = 20;

/**
 * The live edge: Socket.IO and raw WebSockets on one HTTP server, one table of commands, one fan-out. It knows the
 * services by their interface alone, and publishes nothing itself.
 */
export function createSocketEdge(options: SocketEdgeOptions): SocketEdge {
  const { httpServer, services, bus, users, config, logger } = options;
  const limits = { ...table, ...options.limits };
  const context: EdgeContext = { services, bus, users, limits, logger, metrics: options.metrics ?? {} };
  let isStopping = false;

  const registry = createConnectionRegistry();
  const gate = createSessionGate(context, registry);
  const credentials = createCredentialReader(config);
  const strangers = createStrangerCounter(limits.strangersPerAddress, config);
  const queue = createOrderedQueue((error) =>
    logger.error({ err: error }, 'an event could not be brought to its audience'),
  );
  const lobby = createLobbyAudience(context);

  const io = createSocketIoServer(httpServer, context, credentials, strangers, () => isStopping);
  const rooms = createBroadcaster(io);
  const onlineList = createOnlineList(context, rooms);
  const welcome = createWelcome(context, registry, onlineList);
  const commands = createCommandTable({ context, speak: welcome.speak });
  const run = createCommandRunner(
    context,
    commands,
    createAuthenticator(context, config, gate, strangers, welcome),
  );
  const readHandshake = createHandshakeReader(context, config, credentials, gate);
  serveSocketIo({ io, context, config, registry, gate, strangers, welcome, readHandshake, run });

  const rawAdapter = createLobbyAdapter({ context, registry, gate, credentials, strangers, lobby });
  routeUpgrades(httpServer, rawAdapter, limits.requestMs, () => isStopping);

  const findConnection = (connectionId: string) =>
    (io.sockets.sockets.get(connectionId)?.data as { connection?: SocketIoConnection } | undefined)
      ?.connection;
  const parts = { context, rooms, lobby, queue, findConnection };
  const endings = [fanOutMessages(parts), fanOutNotices(parts), sweepConnections(context, registry, gate)];

  async function close(): Promise<void> {
    isStopping = true;
    for (const connection of [...registry.all()])
      connection.end('serverStopping', new ParleyError('shutting_down'));
    const deadline = Date.now() + FAREWELL_MS;
    while (registry.count() > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, FAREWELL_POLL_MS));
    }
    for (const connection of [...registry.all()]) connection.cut();
    for (const end of endings) end();
    onlineList.close();
    lobby.close();
    gate.close();
    rawAdapter.close();
    io.engine.close();
  }

  let closing: Promise<void> | undefined;
  return {
    close: () => (closing ??= close()),
    connectionCount: () => registry.count(),
  };
}
