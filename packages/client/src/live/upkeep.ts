import type { SyncEngine } from '../sync/sync.engine.js';
import type { Connection } from './connection.js';
import { watchWaking } from './wake.watcher.js';

/** After waking, a connection that is not in step again within this time is taken for dead. */
const WAKE_TIMEOUT_MS = 4_000;

export interface UpkeepDeps {
  heartbeatMs: number;
  connection: Pick<Connection, 'isUp' | 'restart'>;
  sync: Pick<SyncEngine, 'request'>;
  /** Takes over what closed tabs have left to send. */
  adopt: () => Promise<void>;
}

/** Syncs on a slow heartbeat, for events that were lost without a trace, and whenever the application wakes. */
export function startUpkeep({ heartbeatMs, connection, sync, adopt }: UpkeepDeps): { close(): void } {
  let beat: ReturnType<typeof setTimeout>;
  let waking: ReturnType<typeof setTimeout> | undefined;

  function schedule(): void {
    // Spread out, or all clients of a server that restarted would ask in the same moment for ever.
    beat = setTimeout(
      () => {
        schedule();
        if (connection.isUp()) sync.request().catch(() => undefined);
        adopt().catch(() => undefined);
      },
      heartbeatMs * (0.75 + Math.random() / 2),
    );
    (beat as { unref?: () => void }).unref?.();
  }

  function wake(): void {
    if (!connection.isUp()) {
      connection.restart();
      return;
    }
    clearTimeout(waking);
    waking = setTimeout(() => connection.restart(), WAKE_TIMEOUT_MS);
    sync.request().then(
      () => clearTimeout(waking),
      () => undefined,
    );
  }

  schedule();
  const endWatch = watchWaking(wake);
  return {
    close() {
      clearTimeout(beat);
      clearTimeout(waking);
      endWatch();
    },
  };
}
