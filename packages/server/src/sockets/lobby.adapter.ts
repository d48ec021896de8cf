import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type CloseName, LOBBY_CHAT_ID, ParleyError } from '@parley/protocol';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { findClientId, presentLobbyHistory, readLobbyFrame } from '../dialects/lobby/lobby.events.js';
import { toParleyError } from '../dialects/problem.presenter.js';
import type { Actor } from '../services/actor.js';
import type { ConnectionRegistry } from './connection.registry.js';
import type { CredentialReader } from './credentials.js';
import type { EdgeContext } from './edge.types.js';
import type { LobbyAudience, LobbyListener } from './lobby.audience.js';
import { createLobbyConnection, type LobbyConnection } from './lobby.connection.js';
import type { SessionGate } from './session.gate.js';
import type { StrangerCounter } from './stranger.counter.js';
import { refuseUpgrade } from './upgrade.refusal.js';

/** What the raw transport needs. */
export interface LobbyAdapterParts {
  context: EdgeContext;
  registry: ConnectionRegistry;
  gate: SessionGate;
  credentials: CredentialReader;
  strangers: StrangerCounter;
  lobby: LobbyAudience;
}

/** The raw WebSocket transport: one public room, spoken in JSON frames or plain text. */
export interface LobbyAdapter {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** Makes the raw transport; upgrades come from the upgrade router. */
export function createLobbyAdapter(parts: LobbyAdapterParts): LobbyAdapter {
  const { context, registry, gate, credentials, strangers, lobby } = parts;
  const { services, limits, logger, metrics } = context;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameMaxBytes,
    perMessageDeflate: false,
    clientTracking: false,
  });

  function open(webSocket: WebSocket, request: IncomingMessage, token: string | null): void {
    strangers.add(webSocket, request);
    const connection = createLobbyConnection(webSocket, limits);
    registry.open(connection);
    metrics.onConnect?.('websocket');
    webSocket.on('error', (error) =>
      logger.debug({ err: error, connection: connection.id }, 'a raw connection failed'),
    );
    webSocket.on('pong', () => {
      connection.heard();
      if (connection.actor !== null) services.presence.renew(connection.actor.userId, connection.id);
    });
    webSocket.on('message', (data, isBinary) => receive(connection, data, isBinary));
    webSocket.on('close', () => {
      connection.inbox.close();
      strangers.remove(webSocket);
      gate.leave(connection);
      metrics.onDisconnect?.('websocket');
    });
    connection.inbox.push(() => enter(connection, webSocket, token));
  }

  /** Frames that come before this is done wait behind it. */
  async function enter(
    connection: LobbyConnection,
    webSocket: WebSocket,
    token: string | null,
  ): Promise<void> {
    try {
      gate.checkServer(registry.count());
      if (token === null) throw new ParleyError('authentication_required');
      const authenticated = gate.enterInLine(() => services.accounts.authenticate(token));
      const found = await withDeadline(authenticated, limits.authenticationTimeoutMs);
      if (!registry.has(connection)) return;
      const actor = gate.admit(connection, found, token);
      strangers.remove(webSocket);
      await greet(connection, webSocket, actor);
    } catch (error) {
      const known = toParleyError(error);
      if (known.code === 'internal')
        logger.error({ err: error, connection: connection.id }, 'a raw connection could not enter');
      connection.end(closeNameOf(known), known);
    }
  }

  /** The history first; what is said meanwhile follows, less what the history had. */
  async function greet(connection: LobbyConnection, webSocket: WebSocket, actor: Actor): Promise<void> {
    let waiting: { seq: number; frame: Buffer }[] | null = [];
    let waitingBytes = 0;
    let historySeq = 0;
    const listener: LobbyListener = {
      userId: actor.userId,
      hear(seq, frame) {
        if (waiting === null) {
          // What was on disk before its event went round was in the history.
          if (seq > historySeq) connection.sendEncoded(frame);
          return;
        }
        waiting.push({ seq, frame });
        waitingBytes += frame.length;
        if (waitingBytes > limits.connectionOutboxMaxBytes)
          connection.end('serverBusy', new ParleyError('server_busy'));
      },
    };
    lobby.join(listener);
    webSocket.once('close', () => lobby.leave(listener));
    const { messages } = await services.messages.pageOfChat(actor, LOBBY_CHAT_ID, {
      limit: limits.lobbyHistory,
    });
    const shown = messages.map(({ message }) => message).filter(({ deletedAt }) => deletedAt === undefined);
    await lobby.learnAll(shown.map(({ sender }) => sender));
    connection.send(
      presentLobbyHistory(shown.map((message) => lobby.present(message, message.sender === actor.userId))),
    );
    historySeq = messages.at(-1)?.message.seq ?? 0;
    const missed = waiting;
    waiting = null;
    for (const { seq, frame } of missed) listener.hear(seq, frame);
  }

  function receive(connection: LobbyConnection, data: RawData, isBinary: boolean): void {
    connection.heard();
    const isTaken = connection.inbox.push(async () => {
      const { actor } = connection;
      if (actor === null) return;
      try {
        await services.rateLimits.takeMessage(actor.userId);
        if (isBinary)
          throw new ParleyError('malformed_frame', { detail: 'Binary frames are not understood; send text' });
        const { content, clientId } = readLobbyFrame(data.toString());
        const input = {
          chatId: LOBBY_CHAT_ID,
          content,
          messageType: 'text' as const,
          ...(clientId === undefined ? {} : { clientId }),
        };
        // Handed over in order and not waited for: the commit queue writes many at once.
        services.messages.send(actor, input, { connectionId: connection.id }).then(
          ({ view, replay }) => {
            // A first send comes back by the broadcast.
            if (replay) connection.send(lobby.present(view.message, true));
            metrics.onEvent?.('lobby', 'ok');
          },
          (error: unknown) => fail(connection, error, clientId),
        );
      } catch (error) {
        fail(connection, error, isBinary ? undefined : findClientId(data.toString()));
      }
    });
    if (!isTaken) connection.end('rateLimited', new ParleyError('rate_limited'));
  }

  function fail(connection: LobbyConnection, error: unknown, clientId?: string): void {
    const known = toParleyError(error);
    if (known.code === 'internal')
      logger.error({ err: error, connection: connection.id }, 'a lobby frame failed');
    metrics.onEvent?.('lobby', known.code);
    connection.fail(known, clientId);
  }

  return {
    accept(request, socket, head) {
      if (!strangers.hasRoom(request)) {
        refuseUpgrade(socket, 429, 'Too many connections of your address');
        return;
      }
      let token: string | null = null;
      try {
        token = credentials.find(request, tokenOfQuery(request.url));
      } catch (error) {
        // A page of a foreign origin is refused before there is a connection; a broken token after, with its code.
        if (error instanceof ParleyError && error.code === 'origin_not_allowed')
          return refuseUpgrade(socket, 403, error.message);
      }
      server.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, request, token));
    },
    close: () => server.close(),
  };
}

function tokenOfQuery(url = ''): string | null {
  const start = url.indexOf('?');
  return start < 0 ? null : new URLSearchParams(url.slice(start)).get('token');
}

function closeNameOf(error: ParleyError): CloseName {
  if (error.code === 'too_many_connections') return 'tooManyConnections';
  return error.status === 401 ? 'authenticationFailed' : 'serverBusy';
}

/** Rejects with `server_busy` when the work takes longer; the work itself goes on. */
async function withDeadline<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ParleyError('server_busy')), milliseconds);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
