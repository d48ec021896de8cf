import type { Server } from 'socket.io';
import type { Packet, SocketDialectName } from '../dialects/socket.dialect.js';
import { type EncodedPacket, encodePacket, writePacket } from './encoded.packet.js';

/** The connections of one user that speak one dialect. */
export function userRoom(userId: string, dialect: SocketDialectName): string {
  return `user:${userId}:${dialect}`;
}

const dialectRooms = new Map<SocketDialectName, string>();

/** All authenticated connections that speak one dialect. Asked for with each message, so each name is made once. */
export function dialectRoom(dialect: SocketDialectName): string {
  let room = dialectRooms.get(dialect);
  if (room === undefined) {
    room = `all:${dialect}`;
    dialectRooms.set(dialect, room);
  }
  return room;
}

/**
 * Whether pages of the dialect send over REST, show the answer and would show its echo beside it; all that is known of
 * them there is the session. Only their connections are in the room of one.
 */
export function sendsOverRest(dialect: SocketDialectName): boolean {
  return dialect === 'sidebar';
}

/** Connections of one session. */
export function sessionRoom(sessionId: string): string {
  return `session:${sessionId}`;
}

/** Connections that listen to a chat without a list of members. */
export function chatRoom(chatId: string): string {
  return `chat:${chatId}`;
}

/** Connections that watch one user's presence. */
export function watchRoom(userId: string, dialect: SocketDialectName): string {
  return `watch:${userId}:${dialect}`;
}

/** Connections that are given their unread messages and must hear new ones after those. */
export const CATCHING_UP_ROOM = 'catching-up';

/** How a packet is made, once somebody is there to get it: most rooms of a message have nobody in them. */
export type MakePacket = () => Packet;

/** Sends packets to rooms. */
export interface Broadcaster {
  /** Whether any connection speaks the dialect: most servers know one or two of them. */
  isSpoken(dialect: SocketDialectName): boolean;
  /** Whether anybody is in the room. */
  isLive(room: string): boolean;
  /** Connections in the room. */
  count(room: string): number;
  /** Encodes once and writes to every connection in any of the rooms, and in none of `except`. */
  send(
    rooms: readonly string[],
    makePacket: MakePacket,
    options?: { except?: string[]; isVolatile?: boolean },
  ): void;
}

/** Broadcasts on the main namespace. */
export function createBroadcaster(io: Server): Broadcaster {
  const { adapter, sockets } = io.of('/');
  return {
    isSpoken: (dialect) => adapter.rooms.has(dialectRoom(dialect)),
    isLive: (room) => adapter.rooms.has(room),
    count: (room) => adapter.rooms.get(room)?.size ?? 0,
    send(rooms, makePacket, { except = [], isVolatile = false } = {}) {
      const excluded = except.flatMap((room) => adapter.rooms.get(room) ?? []);
      const reached = rooms.length > 1 ? new Set<string>() : undefined;
      let encoded: EncodedPacket | undefined;
      for (const room of rooms) {
        for (const id of adapter.rooms.get(room) ?? []) {
          if (reached?.has(id) || excluded.some((ids) => ids.has(id))) continue;
          reached?.add(id);
          const socket = sockets.get(id);
          if (socket === undefined) continue;
          encoded ??= encodePacket(makePacket());
          writePacket(socket, encoded, isVolatile);
        }
      }
    },
  };
}
