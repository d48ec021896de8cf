/** What a delayed writer writes. */
export interface DelayedWriterDeps {
  delayMs: number;
  /** Writes a bounded part of what waits. */
  flushSome: () => Promise<void>;
  isWaiting: () => boolean;
  /** Told when a flush that nobody waits for failed; what waits goes on waiting, and is tried again. */
  onError: (error: unknown) => void;
}

/** Writes what waits a moment later, together, one flush at a time. */
export function createDelayedWriter({ delayMs, flushSome, isWaiting, onError }: DelayedWriterDeps) {
  let timer: NodeJS.Timeout | null = null;
  let flushing: Promise<void> | null = null;
  let closed = false;

  function flush(): Promise<void> {
    flushing ??= flushSome().finally(() => {
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
    }, delayMs);
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
