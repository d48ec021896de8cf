import type { IncomingMessage } from 'node:http';
import { groupOfAddress } from '../policies/address.policy.js';
import type { SocketEdgeConfig } from './edge.types.js';

/** Counts the connections of each address that nobody has signed in on yet. */
export interface StrangerCounter {
  /** Whether the address of the request may open another one. */
  hasRoom(request: IncomingMessage): boolean;
  /** A connection was opened; `connection` is whatever stands for it. */
  add(connection: object, request: IncomingMessage): void;
  /** Somebody signed in on it, or it is closed. */
  remove(connection: object): void;
}

/**
 * Whoever signs in is bounded as a user. Until then a connection costs its owner nothing, so one address could hold
 * every place that the server has, ten seconds at a time.
 */
export function createStrangerCounter(perAddress: number, config: SocketEdgeConfig): StrangerCounter {
  const addressOf = config.addressOf ?? ((request) => request.socket.remoteAddress ?? '');
  const groups = new Map<object, string>();
  const counts = new Map<string, number>();
  return {
    hasRoom: (request) => (counts.get(groupOfAddress(addressOf(request))) ?? 0) < perAddress,
    add(connection, request) {
      const group = groupOfAddress(addressOf(request));
      groups.set(connection, group);
      counts.set(group, (counts.get(group) ?? 0) + 1);
    },
    remove(connection) {
      const group = groups.get(connection);
      if (group === undefined) return;
      groups.delete(connection);
      const left = (counts.get(group) ?? 1) - 1;
      if (left === 0) counts.delete(group);
      else counts.set(group, left);
    },
  };
}
