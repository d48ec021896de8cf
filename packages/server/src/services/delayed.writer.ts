/** What a delayed writer writes. */
export interface DelayedWriterDeps {
  /** Milliseconds from the first that waits to the round that writes what waits by then. */
  delayMs: number;
  /**
   * Between the flushes of a round the writer rests so many times as long as the last one took: 9 leaves nine tenths of
   * the database's time to those whose acks wait. Asked before each rest.
   */
  rest: () => number;
  /** How much a flush writes: the least, unless a round of such flushes would take more than a second. */
  batch: { least: number; most: number };
  /** Writes up to `max` of what waits, what came first first. */
  flushSome: (max: number) => Promise<void>;
  /** How much waits. */
  countWaiting: () => number;
  /** Told when a flush that nobody waits for failed; what waits goes on waiting, and is tried again. */
  onError: (error: unknown) => void;
}

/** What is written late is told late, and has to be healed after a crash. */
const ROUND_MS = 1_000;
/** So a flush of more than a tenth of a second takes more than the share that `rest` means. */
const REST_MAX_MS = 1_000;

/**
 * Writes what waits a moment later, in rounds of short flushes, one at a time: server and engine may share a core, and a
 * send that comes while hundreds of entries are being written waits for most of them. Flushes grow, as an entry costs
 * less in a large one, but never further than that is so.
 */
export function createDelayedWriter(deps: DelayedWriterDeps) {
  const { delayMs, rest, batch, flushSome, countWaiting, onError } = deps;
  /** Of this round. */
  let left = 0;
  let size = batch.least;
  let tookMs = 0;
  let timer: NodeJS.Timeout | null = null;
  let flushing: Promise<void> | null = null;
  let closed = false;

  function flush(max = batch.most): Promise<void> {
    if (flushing !== null) return flushing;
    const startedAt = performance.now();
    flushing = flushSome(max).finally(() => {
      tookMs = performance.now() - startedAt;
      flushing = null;
    });
    return flushing;
  }

  function beginRound(): void {
    left = countWaiting();
    const flushMs = tookMs * (1 + rest());
    size = Math.max(batch.least, Math.min(batch.most, Math.ceil((left * flushMs) / ROUND_MS)));
  }

  async function goOn(): Promise<void> {
    if (left <= 0) beginRound();
    try {
      await flush(size);
      left -= size;
    } catch (error) {
      left = 0;
      onError(error);
    }
    if (countWaiting() > 0) schedule();
  }

  function schedule(): void {
    if (closed) return;
    timer ??= setTimeout(
      () => {
        timer = null;
        void goOn();
      },
      left > 0 ? Math.min(REST_MAX_MS, rest() * tookMs) : delayMs,
    );
  }

  return {
    /** Something waits. */
    schedule,
    /** Writes a part now; joins the flush under way, which may have started before the caller's part was there. */
    flush: () => flush(),
    /** Writes everything, and waits no more. Throws when the database gives no answer. */
    async close(): Promise<void> {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      while (countWaiting() > 0) await flush();
    },
  };
}
