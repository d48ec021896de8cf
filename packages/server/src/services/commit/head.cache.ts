import type { MessageReader } from '../../models/message.reader.js';
import type { ChatHead, LogEntry } from '../../models/message.record.js';
import type { MessageStore } from '../../models/message.store.js';
import { createBoundedCache } from '../bounded.cache.js';

/** Chats whose heads are kept: about 200 bytes each. */
const HEADS_MAX = 50_000;

export type HeadCache = ReturnType<typeof createHeadCache>;

/**
 * Where each chat's log stands, as this node last saw it. Only a hint for the next revision: when it is stale the
 * unique index refuses the write and the head is read again. It is never read from the chat's own document, which
 * trails the log.
 */
export function createHeadCache(
  reader: Pick<MessageReader, 'heads'>,
  store: Pick<MessageStore, 'applyPending'>,
) {
  const heads = createBoundedCache<ChatHead>(HEADS_MAX);

  return {
    /** Heads of these chats, read where they are not known. Changes that a crash left half applied are completed first. */
    async load(chatIds: Iterable<string>): Promise<Map<string, ChatHead>> {
      const known = new Map<string, ChatHead>();
      const missing: string[] = [];
      for (const chatId of chatIds) {
        const head = heads.get(chatId);
        if (head === undefined) missing.push(chatId);
        else known.set(chatId, head);
      }
      if (missing.length > 0) {
        // The order matters: a head that is known here has all its changes applied.
        const read = await reader.heads(missing);
        await store.applyPending(missing);
        for (const chatId of missing) {
          const head = read.get(chatId) ?? { rev: 0, seq: 0, at: null };
          heads.set(chatId, head);
          known.set(chatId, head);
        }
      }
      return known;
    },

    /** An entry is on disk. */
    advance(entry: LogEntry): void {
      if (entry.type === 'message') {
        const { chatId, rev, seq, createdAt } = entry.message;
        heads.set(chatId, { rev, seq, at: createdAt });
      } else {
        const { chatId, rev, lastSeq, at } = entry.change;
        heads.set(chatId, { rev, seq: lastSeq, at });
      }
    },

    /** What is on disk is not known any more. */
    forget(chatIds: Iterable<string>): void {
      for (const chatId of chatIds) heads.delete(chatId);
    },

    peek: (chatId: string): ChatHead | undefined => heads.peek(chatId),
  };
}
