/** What a delayed writer writes. */
export interface DelayedWriterDeps {
  delayMs: number;
  /** The writer rests so many times as long as its last flush took, if that is more than `delayMs`; default 0. */
  rest?: number;
  /** Writes a bounded part of what waits. */
  flushSome: () => Promise<void>;
  isWaiting: () => boolean;
  /** Told when a flush that nobody waits for failed; what waits goes on waiting, and is tried again. */
  onError: (error: unknown) => void;
}

/**
 * A rest never exceeds this, so a flush of more than 110 ms takes more than the share that `rest` means: what is written
 * late is told late, and has to be healed after a crash.
 */
const REST_MAX_MS = 1_000;

/**
 * Writes what waits a moment later, together, one flush at a time. Under load a writer that rests takes a fixed share
 * of the database from those whose acks wait, and its flushes grow instead.
 */
export function createDelayedWriter({ delayMs, rest = 0, flushSome, isWaiting, onError }: DelayedWriterDeps) {
  let timer: NodeJS.Timeout | null = null;
  let tookMs = 0;
  let flushing: Promise<void> | null = null;
  let closed = false;

  function flush(): Promise<void> {
    if (flushing !== null) return flushing;
    const startedAt = performance.now();
    flushing = flushSome().finally(() => {
      tookMs = performance.now() - startedAt;
      flushing = null;
    });
    return flushing;
  }

  function schedule(): void {
    if (closed) return;
    timer ??= setTimeout(
      () => {
        timer = null;
        flush()
          .catch(onError)
          .finally(() => {
            if (isWaiting()) schedule();
          });
      },
      Math.max(delayMs, Math.min(REST_MAX_MS, rest * tookMs)),
    );
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
