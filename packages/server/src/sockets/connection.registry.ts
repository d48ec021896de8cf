import type { CloseName, ParleyError } from '@parley/protocol';
import type { Actor } from '../services/actor.js';
import type { Transport } from './edge.types.js';

/** One open connection, of whichever transport. */
export interface LiveConnection {
  /** Unique over all nodes. */
  readonly id: string;
  readonly transport: Transport;
  /** Null until authenticated. */
  actor: Actor | null;
  /** The access token it came with, looked at again from time to time; never logged. */
  token: string;
  /** When the token was found good, in milliseconds since 1970. */
  verifiedAt: number;
  /** Bytes that wait for the client to read them, in every buffer of this process. */
  pendingBytes(): number;
  /** Tells the client why, and closes once that is written. */
  end(name: CloseName, error: ParleyError): void;
  /** Closes at once and lets go of what is not written. */
  cut(): void;
  /** Called from time to time, for a heartbeat of the connection's own. */
  beat?(now: number): void;
}

export type ConnectionRegistry = ReturnType<typeof createConnectionRegistry>;

/** All open connections, and those of a user. */
export function createConnectionRegistry() {
  const all = new Set<LiveConnection>();
  const byUser = new Map<string, Set<LiveConnection>>();

  return {
    /** An open connection, not yet authenticated. */
    open(connection: LiveConnection): void {
      all.add(connection);
    },

    /** The connection belongs to `actor` from now on. */
    assign(connection: LiveConnection, actor: Actor): void {
      if (connection.actor !== null) unlink(connection, connection.actor);
      connection.actor = actor;
      link(byUser, actor.userId, connection);
    },

    /** The connection is closed. Its actor stays known to it. */
    remove(connection: LiveConnection): void {
      all.delete(connection);
      if (connection.actor !== null) unlink(connection, connection.actor);
    },

    has: (connection: LiveConnection): boolean => all.has(connection),
    ofUser: (userId: string): ReadonlySet<LiveConnection> => byUser.get(userId) ?? new Set(),
    all: (): ReadonlySet<LiveConnection> => all,
    count: (): number => all.size,
  };

  function unlink(connection: LiveConnection, actor: Actor): void {
    unlinkFrom(byUser, actor.userId, connection);
  }
}

function link(index: Map<string, Set<LiveConnection>>, key: string, connection: LiveConnection): void {
  const linked = index.get(key) ?? new Set();
  linked.add(connection);
  index.set(key, linked);
}

function unlinkFrom(index: Map<string, Set<LiveConnection>>, key: string, connection: LiveConnection): void {
  const linked = index.get(key);
  linked?.delete(connection);
  if (linked?.size === 0) index.delete(key);
}
