import type { ChatRef } from '../../models/chat.record.js';
import type { HeadUpdate } from '../../models/chat.store.js';
import type { MessageRecord } from '../../models/message.record.js';
import { createDelayedWriter } from '../delayed.writer.js';

/** Heads are spread out, off the path of the ack: with 1,000 busy chats that is 29% more throughput (DESIGN, section 3). */
const FLUSH_DELAY_MS = 100;
/** 32 heads take the engine 2 ms. */
const BATCH = { least: 32, most: 500 };
/** A tenth of the time: an update of a head costs the engine more than its message. */
const REST = 9;

export interface HeadWriterDeps {
  advanceHeads: (updates: readonly HeadUpdate[]) => Promise<void>;
  onError: (error: unknown) => void;
}

export type HeadWriter = ReturnType<typeof createHeadWriter>;

/**
 * Carries the newest entry of each chat to the chat's own document, which serves lists only. One update per chat and
 * flush, however many entries came in between. What a crash leaves unwritten is healed by `healHeads` at the start.
 */
export function createHeadWriter({ advanceHeads, onError }: HeadWriterDeps) {
  const dirty = new Map<string, { update: HeadUpdate; participants: readonly string[] }>();
  async function flushSome(max: number): Promise<void> {
    const batch = [...dirty.entries()].slice(0, max);
    await advanceHeads(batch.map(([, { update }]) => update));
    // A chat that moved on meanwhile stays dirty.
    for (const [chatId, written] of batch) if (dirty.get(chatId) === written) dirty.delete(chatId);
  }

  const writer = createDelayedWriter({
    delayMs: FLUSH_DELAY_MS,
    rest: REST,
    batch: BATCH,
    flushSome,
    isWaiting: () => dirty.size > 0,
    onError,
  });

  return {
    /** A message was written or changed at `rev`. */
    note(chat: ChatRef, message: MessageRecord, isNew: boolean): void {
      const before = dirty.get(chat.id)?.update;
      dirty.set(chat.id, {
        participants: chat.participants,
        update: {
          chatId: chat.id,
          rev: message.rev,
          lastSeq: isNew ? message.seq : (before?.lastSeq ?? null),
          lastMessageId: isNew ? message.id : (before?.lastMessageId ?? null),
          lastActivity: isNew ? message.createdAt : (before?.lastActivity ?? null),
        },
      });
      writer.schedule();
    },

    /** Writes the heads of a user's chats now, so that the user's own list is in order. */
    async flushOf(userId: string): Promise<void> {
      const isWaiting = () => [...dirty.values()].some(({ participants }) => participants.includes(userId));
      while (isWaiting()) await writer.flush();
    },

    close: () => writer.close(),
  };
}
