/** Stores times by id; a later time replaces an earlier one. */
export type SaveTimes = (times: Map<string, Date>) => Promise<void>;

/** One write a second for everyone who came or went in it, and every session that was used. */
const WRITE_DELAY_MS = 1_000;

/** Collects times and writes them together; what could not be written is tried again. */
export function createTimeWriter(save: SaveTimes, onError: (error: unknown) => void = () => undefined) {
  let waiting = new Map<string, Date>();
  let writing: Map<string, Date> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let done: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    if (waiting.size === 0) return;
    writing = waiting;
    waiting = new Map();
    try {
      await save(writing);
    } catch (error) {
      onError(error);
      // What came meanwhile is newer.
      waiting = new Map([...writing, ...waiting]);
    } finally {
      writing = null;
    }
  }

  /** What is noted is in storage when this returns, unless that failed. */
  function flush(): Promise<void> {
    done = done.then(write);
    return done;
  }

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = null;
      void flush().then(() => {
        if (waiting.size > 0) schedule();
      });
    }, WRITE_DELAY_MS);
    timer.unref();
  }

  return {
    note(id: string, at: Date): void {
      waiting.set(id, at);
      schedule();
    },

    /** A time that storage may not have yet. */
    pendingOf: (id: string): Date | null => waiting.get(id) ?? writing?.get(id) ?? null,

    flush,

    /** Tries once more to write everything. */
    async close(): Promise<void> {
      await flush();
      if (timer !== null) clearTimeout(timer);
    },
  };
}
