import type { ConnectionRegistry } from './connection.registry.js';
import type { EdgeContext } from './edge.types.js';
import type { SessionGate } from './session.gate.js';

/** How late a slow reader may be noticed; what it may gather meanwhile is bounded by what the server can send. */
const SWEEP_MS = 250;
/** Tokens that one sweep looks at again: 800 a second, enough for 20,000 connections in one heartbeat. */
const RECHECKS_PER_SWEEP = 200;

/**
 * Goes over all connections a few times a second. Cuts off slow readers: a client that does not read what it is sent
 * costs memory here, and it resumes by sync. Looks at tokens again once in a heartbeat. Gives raw connections their
 * heartbeat. Returns the call that ends it.
 */
export function sweepConnections(
  context: EdgeContext,
  registry: ConnectionRegistry,
  gate: SessionGate,
): () => void {
  const { limits, logger } = context;
  const timer = setInterval(() => {
    const now = performance.now();
    let rechecks = 0;
    for (const connection of registry.all()) {
      const pending = connection.pendingBytes();
      if (pending > limits.connectionOutboxMaxBytes) {
        logger.warn(
          { connection: connection.id, user: connection.actor?.userId, pending },
          'a slow reader is cut off',
        );
        connection.cut();
        continue;
      }
      connection.beat?.(now);
      if (
        connection.actor !== null &&
        now - connection.verifiedAt >= limits.heartbeatMs &&
        rechecks < RECHECKS_PER_SWEEP
      ) {
        rechecks += 1;
        void gate.recheck(connection);
      }
    }
  }, SWEEP_MS);
  timer.unref();
  return () => clearInterval(timer);
}
