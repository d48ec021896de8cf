/** What a delayed writer writes. */
export interface DelayedWriterDeps {
  /** Milliseconds from the first that waits to its flush. */
  delayMs: number;
  /**
   * While one flush is not enough for what waits, the writer rests so many times as long as the last one took: 9 leaves
   * nine tenths of the database's time to those whose acks wait.
   */
  rest: number;
  /** How much a flush writes: the least while that suffices, twice as much each time that it does not, up to the most. */
  batch: { least: number; most: number };
  /** Writes up to `max` of what waits. */
  flushSome: (max: number) => Promise<void>;
  isWaiting: () => boolean;
  /** Told when a flush that nobody waits for failed; what waits goes on waiting, and is tried again. */
  onError: (error: unknown) => void;
}

/**
 * A rest never exceeds this, so a flush of more than a tenth of a second takes more than the share that `rest` means:
 * what is written late is told late, and has to be healed after a crash.
 */
const REST_MAX_MS = 1_000;

/**
 * Writes what waits a moment later, together, one flush at a time.
 *
 * Flushes are short as long as short ones keep up: server and engine may share a core, and a send that comes while a
 * thousand entries are being written waits for most of them. Under load, when nobody's send is short anyway, they grow,
 * as an entry costs less in a large flush.
 */
export function createDelayedWriter(deps: DelayedWriterDeps) {
  const { delayMs, rest, batch, flushSome, isWaiting, onError } = deps;
  let size = batch.least;
  /** How long to rest when the last flush left something behind; null when it did not, or failed. */
  let restMs: number | null = null;
  let timer: NodeJS.Timeout | null = null;
  let flushing: Promise<void> | null = null;
  let closed = false;

  async function flushOnce(): Promise<void> {
    const startedAt = performance.now();
    restMs = null;
    await flushSome(size);
    if (isWaiting()) {
      size = Math.min(batch.most, size * 2);
      restMs = Math.min(REST_MAX_MS, rest * (performance.now() - startedAt));
    } else size = batch.least;
  }

  function flush(): Promise<void> {
    flushing ??= flushOnce().finally(() => {
      flushing = null;
    });
    return flushing;
  }

  function schedule(): void {
    if (closed) return;
    timer ??= setTimeout(() => {
      timer = null;
      flush()
        .catch(onError)
        .finally(() => {
          if (isWaiting()) schedule();
        });
    }, restMs ?? delayMs);
  }

  return {
    /** Something waits. */
    schedule,
    /** Writes a part now; joins the flush under way, which may have started before the caller's part was there. */
    flush,
    /** Writes everything, and waits no more. Throws when the database gives no answer. */
    async close(): Promise<void> {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      while (isWaiting()) await flush();
    },
  };
}
