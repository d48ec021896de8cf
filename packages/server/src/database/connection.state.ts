import type { Connection, mongo } from 'mongoose';
import type { DatabaseLogger } from './database.logger.js';

/** Says whether operations can succeed, from the driver's view of the deployment and the engine's own state. */
export interface ConnectionState {
  isUp(): boolean;
  onChange(listener: (up: boolean) => void): () => void;
  /** Whether the child engine accepts connections; a dead process is known before the driver notices. */
  setEngineReady(isReady: boolean): void;
}

const WRITABLE = new Set(['Standalone', 'RSPrimary', 'Mongos', 'LoadBalancer']);

/** Follows a connected connection. A replica set without a primary counts as down: nothing can be written. */
export function watchConnection(connection: Connection, logger: DatabaseLogger): ConnectionState {
  const listeners = new Set<(up: boolean) => void>();
  let isReachable = true;
  let isEngineReady = true;
  let isUp = true;

  const update = (): void => {
    const next = isReachable && isEngineReady;
    if (next === isUp) return;
    isUp = next;
    for (const listener of listeners) {
      try {
        listener(next);
      } catch (error) {
        // It must stop neither the other listeners nor the supervisor that told us.
        logger.error({ err: error }, 'a listener for the state of the database failed');
      }
    }
  };
  connection.getClient().on('topologyDescriptionChanged', (event: mongo.TopologyDescriptionChangedEvent) => {
    isReachable = [...event.newDescription.servers.values()].some((server) => WRITABLE.has(server.type));
    update();
  });
  return {
    isUp: () => isUp,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setEngineReady(isReady) {
      isEngineReady = isReady;
      update();
    },
  };
}
