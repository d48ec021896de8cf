/** Stores when users were last seen; a later time replaces an earlier one. */
export type SaveLastSeen = (times: Map<string, Date>) => Promise<void>;

/** One write a second for everyone who came or went in it. */
const WRITE_DELAY_MS = 1_000;

/** Collects times of last sight and writes them together; what could not be written is tried again. */
export function createLastSeenWriter(
  save: SaveLastSeen,
  onError: (error: unknown) => void = () => undefined,
) {
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

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = null;
      done = write().finally(() => {
        if (waiting.size > 0) schedule();
      });
    }, WRITE_DELAY_MS);
    timer.unref();
  }

  return {
    note(userId: string, at: Date): void {
      waiting.set(userId, at);
      schedule();
    },

    /** A time that storage may not have yet. */
    pendingOf: (userId: string): Date | null => waiting.get(userId) ?? writing?.get(userId) ?? null,

    /** Tries once more to write everything. */
    async close(): Promise<void> {
      await done;
      if (timer !== null) clearTimeout(timer);
      timer = null;
      await write();
      if (timer !== null) clearTimeout(timer);
    },
  };
}
