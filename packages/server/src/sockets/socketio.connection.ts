import type { CloseName } from '@parley/protocol';
import type { Socket } from 'socket.io';
import { presentProblem } from '../dialects/problem.presenter.js';
import type { Packet, SocketDialect } from '../dialects/socket.dialect.js';
import { type CommandInbox, createCommandInbox } from './command.inbox.js';
import type { LiveConnection } from './connection.registry.js';
import { encodePacket, writePacket } from './encoded.packet.js';
import { closeToReturn, countWaitingBytes, cutOff } from './socketio.outbox.js';

/** Sent messages whose notice has gone out on one of its two ways and not yet come by on the other. */
const ANNOUNCED_MAX = 1_024;

/** A Socket.IO connection with what the edge knows of it. */
export interface SocketIoConnection extends LiveConnection {
  readonly socket: Socket;
  readonly inbox: CommandInbox;
  dialect: SocketDialect;
  /** Whether it was brought up to date in its dialect and hears live events. */
  isJoined: boolean;
  /** Events refused in a row. */
  refusals: number;
  /** Whom it sends to, once the service is sure to know the chat. */
  readonly warmTargets: Set<string>;
  /** Rooms of the users whose presence it watches. */
  watching: readonly string[];
  send(packet: Packet): void;
  /**
   * Of two occasions to tell of a sent message, its event and the end of the call, the first one is taken. The event
   * alone has its place in the order of the chat; the call alone is sure to come.
   */
  announceOnce(messageId: string, packet: Packet): void;
}

/** Reasons after which a client should come back by itself; after the others it would only be refused again. */
const RETURNING: ReadonlySet<CloseName> = new Set([
  'serverStopping',
  'serverBusy',
  'rateLimited',
  'slowReader',
]);

/** Wraps a socket that has just connected. */
export function createSocketIoConnection(
  socket: Socket,
  dialect: SocketDialect,
  inboxMax: number,
): SocketIoConnection {
  const announced = new Set<string>();
  const connection: SocketIoConnection = {
    id: socket.id,
    transport: 'socket.io',
    actor: null,
    token: '',
    verifiedAt: 0,
    socket,
    inbox: createCommandInbox(inboxMax),
    dialect,
    isJoined: false,
    refusals: 0,
    warmTargets: new Set(),
    watching: [],
    send: (packet) => writePacket(socket, encodePacket(packet)),
    announceOnce(messageId, packet) {
      if (announced.delete(messageId)) return;
      if (announced.size >= ANNOUNCED_MAX) announced.clear();
      announced.add(messageId);
      connection.send(packet);
    },
    pendingBytes: () => countWaitingBytes(socket),
    end(name, error) {
      connection.inbox.close();
      if (!socket.connected) return;
      connection.send(connection.dialect.error(presentProblem(error)));
      if (RETURNING.has(name)) closeToReturn(socket);
      else socket.disconnect(true);
    },
    cut() {
      connection.inbox.close();
      cutOff(socket);
    },
  };
  return connection;
}
