import type { MessageRecord } from '../../models/message.record.js';
import type { SearchStore } from '../../models/search.store.js';
import { createDelayedWriter } from '../delayed.writer.js';
import { tokenize } from './text.tokens.js';

/** Messages that wait for their place in the index. */
export const QUEUE_MAX = 20_000;
/** Index entries are written together, off the path of the ack. */
const FLUSH_DELAY_MS = 200;
const FLUSH_MAX = 500;

/** Carries messages to the index in batches, the oldest first. A message that waits can be found in here. */
export function createSearchQueue(store: Pick<SearchStore, 'write'>, onError: (error: unknown) => void) {
  const waiting = new Map<string, MessageRecord>();

  async function flushSome(): Promise<void> {
    const batch = [...waiting.values()].slice(0, FLUSH_MAX);
    await store.write(
      batch.map((message) => ({
        message,
        tokens: message.deletedAt === undefined ? tokenize(message.content) : null,
      })),
    );
    // A message that changed meanwhile waits on.
    for (const message of batch) if (waiting.get(message.id) === message) waiting.delete(message.id);
  }

  const writer = createDelayedWriter({
    delayMs: FLUSH_DELAY_MS,
    flushSome,
    isWaiting: () => waiting.size > 0,
    onError,
  });

  return {
    note(message: MessageRecord): void {
      waiting.set(message.id, message);
      writer.schedule();
    },

    /** Messages that wait, the newest state of each. */
    waiting: (): Iterable<MessageRecord> => waiting.values(),

    async flush(): Promise<void> {
      while (waiting.size > 0) await writer.flush();
    },

    close: () => writer.close(),
  };
}
