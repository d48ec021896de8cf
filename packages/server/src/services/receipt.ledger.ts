import type { ChatRef, MembershipRecord } from '../models/chat.record.js';
import type { MembershipStore } from '../models/membership.store.js';
import { createDelayedWriter } from './delayed.writer.js';

/** Deliveries are written together: one update per member and chat in this time, however many messages came. */
const DELIVERED_DELAY_MS = 200;
const FLUSH_MAX = 500;

interface Advance {
  chat: ChatRef;
  mark: MembershipRecord;
  messageId: string | null;
}

/** A watermark moved on disk. */
export type AdvanceListener = (advance: {
  chat: ChatRef;
  before: MembershipRecord;
  after: MembershipRecord;
  messageId: string | null;
}) => void;

export interface ReceiptLedgerDeps {
  store: MembershipStore;
  /** Told only what is on disk, so that a receipt never goes back after a crash. */
  onAdvanced: AdvanceListener;
  onError: (error: unknown) => void;
}

export type ReceiptLedger = ReturnType<typeof createReceiptLedger>;

/**
 * Moves watermarks forward in batches: a read goes at once and is on disk when the call returns, a delivery waits a
 * moment for others. Forward only, here and in storage (`$max`).
 */
export function createReceiptLedger({ store, onAdvanced, onError }: ReceiptLedgerDeps) {
  let waiting = new Map<string, Advance>();

  function merge(into: Map<string, Advance>, advance: Advance): void {
    const key = `${advance.mark.chatId}:${advance.mark.userId}`;
    const held = into.get(key);
    if (held === undefined) {
      into.set(key, advance);
      return;
    }
    const further = advance.mark.readSeq > held.mark.readSeq;
    into.set(key, {
      chat: advance.chat,
      mark: {
        ...held.mark,
        readSeq: Math.max(held.mark.readSeq, advance.mark.readSeq),
        deliveredSeq: Math.max(held.mark.deliveredSeq, advance.mark.deliveredSeq),
        readAt: further ? advance.mark.readAt : held.mark.readAt,
      },
      messageId: further ? advance.messageId : held.messageId,
    });
  }

  async function flushSome(): Promise<void> {
    const keys = [...waiting.keys()].slice(0, FLUSH_MAX);
    const batch = keys.map((key) => waiting.get(key)).filter((advance) => advance !== undefined);
    for (const key of keys) waiting.delete(key);
    try {
      const before = await store.find(batch.map(({ mark }) => mark));
      await store.advance(batch.map(({ mark }) => mark));
      for (const { chat, mark, messageId } of batch) {
        const was = before.get(`${mark.chatId}:${mark.userId}`) ?? {
          ...mark,
          readSeq: 0,
          deliveredSeq: 0,
          readAt: null,
        };
        const after = {
          ...mark,
          readSeq: Math.max(was.readSeq, mark.readSeq),
          deliveredSeq: Math.max(was.deliveredSeq, mark.deliveredSeq),
          readAt: mark.readSeq > was.readSeq ? mark.readAt : was.readAt,
        };
        if (after.readSeq > was.readSeq || after.deliveredSeq > was.deliveredSeq) {
          onAdvanced({ chat, before: was, after, messageId });
        }
      }
    } catch (error) {
      const newer = waiting;
      waiting = new Map(keys.map((key, index) => [key, batch[index] as Advance]));
      for (const advance of newer.values()) merge(waiting, advance);
      throw error;
    }
  }

  const writer = createDelayedWriter({
    delayMs: DELIVERED_DELAY_MS,
    flushSome,
    isWaiting: () => waiting.size > 0,
    onError,
  });

  return {
    /** The member has received everything up to `seq`. Written soon. */
    noteDelivered(chat: ChatRef, userId: string, seq: number): void {
      merge(waiting, {
        chat,
        mark: { chatId: chat.id, userId, readSeq: 0, deliveredSeq: seq, readAt: null },
        messageId: null,
      });
      writer.schedule();
    },

    /** The member has read, and so received, everything up to `seq`. On disk when it returns. */
    async advanceRead(
      chat: ChatRef,
      userId: string,
      seq: number,
      at: Date,
      messageId: string | null,
    ): Promise<void> {
      const advance = {
        chat,
        mark: { chatId: chat.id, userId, readSeq: seq, deliveredSeq: seq, readAt: at },
        messageId,
      };
      merge(waiting, advance);
      const key = `${chat.id}:${userId}`;
      // The flush under way may have started without it.
      do await writer.flush();
      while ((waiting.get(key)?.mark.readSeq ?? 0) >= seq);
    },

    /** Everything on disk. */
    close: () => writer.close(),
  };
}
