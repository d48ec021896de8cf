import type { SyncEngine } from '../sync/sync.engine.js';
import type { Connection } from './connection.js';

/** After waking, a connection that is not in step again within this time is taken for dead. */
const WAKE_TIMEOUT_MS = 4_000;
/** How often the clock is looked at, and how late that may be: later, the machine slept or the page was frozen. */
const TICK_MS = 5_000;
const LATE_MS = 10_000;

export interface UpkeepDeps {
  heartbeatMs: number;
  connection: Pick<Connection, 'isUp' | 'start'>;
  sync: Pick<SyncEngine, 'request'>;
  /** Takes over what closed tabs have left to send. */
  adopt: () => Promise<void>;
}

/**
 * Syncs on a slow heartbeat, for events that were lost without a trace, and whenever the application wakes: the page
 * becomes visible, the network is back, the clock has jumped. Returns the call that ends it.
 */
export function startUpkeep({ heartbeatMs, connection, sync, adopt }: UpkeepDeps): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  let waking: ReturnType<typeof setTimeout> | undefined;
  let tickAt = Date.now();
  let beatAt = 0;

  function wake(): void {
    if (!connection.isUp()) return void connection.start();
    clearTimeout(waking);
    waking = setTimeout(() => void connection.start(), WAKE_TIMEOUT_MS);
    sync.request().then(
      () => clearTimeout(waking),
      () => {},
    );
  }

  function tick(): void {
    const now = Date.now();
    if (now - tickAt > TICK_MS + LATE_MS) wake();
    tickAt = now;
    if (now < beatAt) return;
    if (beatAt && connection.isUp()) sync.request().catch(() => {});
    if (beatAt) void adopt();
    // Spread out, or all clients of a server that restarted would ask in the same moment for ever.
    beatAt = now + heartbeatMs * (0.75 + Math.random() / 2);
  }

  const timer = setInterval(tick, Math.min(TICK_MS, heartbeatMs / 2));
  tick();
  (timer as { unref?: () => void }).unref?.();
  globalThis.addEventListener?.('online', wake, { signal });
  globalThis.document?.addEventListener('visibilitychange', () => document.hidden || wake(), { signal });
  return () => {
    clearInterval(timer);
    clearTimeout(waking);
    ending.abort();
  };
}
