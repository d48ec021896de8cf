import type { ChatRef, MembershipRecord } from '../models/chat.record.js';
import type { MembershipStore } from '../models/membership.store.js';
import { createBoundedCache } from './bounded.cache.js';
import { createDelayedWriter } from './delayed.writer.js';
import type { RestAtPace, WritePace } from './write.pace.js';

/** Deliveries are written together: one update per member and chat in this time, however many messages came. */
const DELIVERED_DELAY_MS = 200;
/** 64 marks take 8 ms of a core that is busy with messages, as long as which these then wait. */
const BATCH = { least: 8, most: 64 };
/**
 * A tenth of the time: a mark costs the engine more than the message that moved it. And a thirtieth in a flood, when
 * marks and what is told of them were a seventh of the work.
 */
const REST: RestAtPace = { flood: 29, some: 9, none: 9 };
/** Marks that are kept as they are on disk: about 250 bytes each. */
const MARKS_MAX = 50_000;

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
  pace: () => WritePace;
}

export type ReceiptLedger = ReturnType<typeof createReceiptLedger>;

/**
 * Moves watermarks forward in batches: a read goes at once and is on disk when the call returns, a delivery waits a
 * moment for others. Forward only, here and in storage (`$max`).
 */
export function createReceiptLedger({ store, onAdvanced, onError, pace }: ReceiptLedgerDeps) {
  let waiting = new Map<string, Advance>();
  /** What this node has read or written; others may be further, so storage raises, and never sets. */
  const known = createBoundedCache<MembershipRecord>(MARKS_MAX);

  /** The marks as they are before a flush, those that nobody has moved yet at zero. */
  async function readBefore(marks: readonly MembershipRecord[]): Promise<Map<string, MembershipRecord>> {
    const unknown = marks.filter((mark) => !known.has(keyOf(mark)));
    for (const [key, mark] of await store.find(unknown)) known.set(key, mark);
    return new Map(
      marks.map((mark) => {
        const key = keyOf(mark);
        return [key, known.get(key) ?? { ...mark, readSeq: 0, deliveredSeq: 0, readAt: null }];
      }),
    );
  }

  function merge(into: Map<string, Advance>, advance: Advance): void {
    const key = keyOf(advance.mark);
    const held = into.get(key);
    if (held === undefined) {
      into.set(key, advance);
      return;
    }
    const further = advance.mark.readSeq > held.mark.readSeq;
    into.set(key, {
      chat: advance.chat,
      mark: raise(held.mark, advance.mark),
      messageId: further ? advance.messageId : held.messageId,
    });
  }

  async function flushSome(max: number): Promise<void> {
    const keys = [...waiting.keys()].slice(0, max);
    const batch = keys.map((key) => waiting.get(key)).filter((advance) => advance !== undefined);
    for (const key of keys) waiting.delete(key);
    try {
      const before = await readBefore(batch.map(({ mark }) => mark));
      const moved = batch.flatMap((advance) => {
        const was = before.get(keyOf(advance.mark)) as MembershipRecord;
        const after = raise(was, advance.mark);
        return after === was ? [] : [{ ...advance, before: was, after }];
      });
      await store.advance(moved.map(({ mark, before: { id } }) => ({ ...mark, ...(id && { id }) })));
      for (const { chat, before: was, after, messageId } of moved) {
        // One that was made just now is read once more, with its id.
        if (was.id !== undefined) known.set(keyOf(after), { ...after, id: was.id });
        onAdvanced({ chat, before: was, after, messageId });
      }
    } catch (error) {
      for (const key of keys) known.delete(key);
      const newer = waiting;
      waiting = new Map(keys.map((key, index) => [key, batch[index] as Advance]));
      for (const advance of newer.values()) merge(waiting, advance);
      throw error;
    }
  }

  const writer = createDelayedWriter({
    delayMs: DELIVERED_DELAY_MS,
    rest: () => REST[pace()],
    batch: BATCH,
    flushSome,
    countWaiting: () => waiting.size,
    onError,
  });

  return {
    /** The member has received everything up to `seq`. Written soon. */
    noteDelivered(chat: ChatRef, userId: string, seq: number): void {
      const key = keyOf({ chatId: chat.id, userId });
      const held = waiting.get(key);
      // With each message, so nothing is made anew: a mark that waits is nobody else's until it is taken to be written.
      if (held !== undefined) held.mark.deliveredSeq = Math.max(held.mark.deliveredSeq, seq);
      else {
        const mark = { chatId: chat.id, userId, readSeq: 0, deliveredSeq: seq, readAt: null };
        waiting.set(key, { chat, mark, messageId: null });
      }
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
      const key = keyOf(advance.mark);
      // The flush under way may have started without it.
      do await writer.flush();
      while ((waiting.get(key)?.mark.readSeq ?? 0) >= seq);
    },

    /** Everything on disk. */
    close: () => writer.close(),
  };
}

function keyOf({ chatId, userId }: Pick<MembershipRecord, 'chatId' | 'userId'>): string {
  return `${chatId}:${userId}`;
}

/** Forward only; the mark itself when it does not move. */
function raise(was: MembershipRecord, to: MembershipRecord): MembershipRecord {
  if (to.readSeq <= was.readSeq && to.deliveredSeq <= was.deliveredSeq) return was;
  return {
    ...to,
    readSeq: Math.max(was.readSeq, to.readSeq),
    deliveredSeq: Math.max(was.deliveredSeq, to.deliveredSeq),
    readAt: to.readSeq > was.readSeq ? to.readAt : was.readAt,
  };
}
