import { ParleyError } from '@parley/protocol';
import { LRUCache } from 'lru-cache';
import type { Actor } from '../services/actor.js';
import { createAdmissionGate } from '../services/admission.gate.js';
import type { ConnectionRegistry, LiveConnection } from './connection.registry.js';
import type { EdgeContext } from './edge.types.js';

/** A connection that authenticated before its session was revoked may be admitted up to this much later. */
const REVOKED_KEPT_MS = 60_000;
const REVOKED_MAX = 10_000;
/**
 * Handshakes that look up a session at once. After a restart none is in memory, and thousands that asked together
 * would wait longer for a database connection than for a database that is down (fault harness, scenario storm).
 */
const ENTERING_AT_ONCE = 64;

export type SessionGate = ReturnType<typeof createSessionGate>;

/** The way in and out: who is admitted, counted and present, and whose session has ended. */
export function createSessionGate(context: EdgeContext, registry: ConnectionRegistry) {
  const { services, bus, limits, logger } = context;
  const revoked = new LRUCache<string, true>({ max: REVOKED_MAX, ttl: REVOKED_KEPT_MS });

  const entrance = createAdmissionGate({ atOnce: ENTERING_AT_ONCE, waitingMax: limits.connectionsMax });

  const unsubscribe = bus.subscribe('session.revoked', ({ userId, sessionIds }) => {
    for (const sessionId of sessionIds) revoked.set(sessionId, true);
    for (const connection of [...registry.ofUser(userId)]) {
      if (connection.actor !== null && sessionIds.includes(connection.actor.sessionId))
        connection.end('sessionEnded', new ParleyError('session_revoked'));
    }
  });

  /** Throws `too_many_connections`. */
  function checkRoom(actor: Actor): void {
    if (registry.ofUser(actor.userId).size >= limits.connectionsPerUser) {
      throw new ParleyError('too_many_connections', {
        detail: `A user has at most ${limits.connectionsPerUser} connections`,
      });
    }
  }

  return {
    checkRoom,

    /** Does the work of a handshake in its turn. Throws `server_busy` when its turn comes too late. */
    enterInLine: entrance.run,

    /** Throws `too_many_connections` when the server is full; `open` counts the connection that asks. */
    checkServer(open: number): void {
      if (open > limits.connectionsMax)
        throw new ParleyError('too_many_connections', { retryAfterSeconds: 10 });
    },

    /** The connection is the actor's from now on, and the actor is present. Throws when there is no room. */
    admit(connection: LiveConnection, found: Actor, token: string): Actor {
      const actor = { ...found, connectionId: connection.id };
      // It was closed while it waited for this.
      if (!registry.has(connection)) throw new ParleyError('authentication_timeout');
      if (revoked.has(actor.sessionId)) throw new ParleyError('session_revoked');
      if (connection.actor !== null && connection.actor.userId !== actor.userId) {
        throw new ParleyError('forbidden', { detail: 'The connection belongs to another user' });
      }
      const isNew = connection.actor === null;
      if (isNew) checkRoom(actor);
      registry.assign(connection, actor);
      connection.token = token;
      connection.verifiedAt = performance.now();
      if (isNew) services.presence.connect({ id: actor.userId, username: actor.username }, connection.id);
      return actor;
    },

    /** The connection is closed. */
    leave(connection: LiveConnection): void {
      if (!registry.has(connection)) return;
      registry.remove(connection);
      if (connection.actor !== null) services.presence.disconnect(connection.actor.userId, connection.id);
    },

    /** Looks at the token again: it may have expired, and a notice of revocation may have been lost on its way. */
    async recheck(connection: LiveConnection): Promise<void> {
      connection.verifiedAt = performance.now();
      try {
        const actor = await services.accounts.authenticate(connection.token);
        // The username may be another one by now.
        if (registry.has(connection)) connection.actor = { ...actor, connectionId: connection.id };
      } catch (error) {
        if (error instanceof ParleyError && error.status === 401) connection.end('sessionEnded', error);
        // A database that does not answer is no reason to turn anybody out.
        else
          logger.debug({ err: error, connection: connection.id }, 'a session could not be looked at again');
      }
    },

    close(): void {
      unsubscribe();
    },
  };
}
