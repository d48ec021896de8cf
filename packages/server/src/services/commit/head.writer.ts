import type { ChatRef } from '../../models/chat.record.js';
import type { HeadUpdate } from '../../models/chat.store.js';
import type { MessageRecord } from '../../models/message.record.js';
import { createDelayedWriter } from '../delayed.writer.js';
import type { RestAtPace, WritePace } from '../write.pace.js';

/**
 * Heads are written off the path of the ack: with 1,000 busy chats that is 29% more throughput (DESIGN, section 3). No
 * list waits for it, as a user's own heads are written before it (`flushOf`); a crash leaves 20,000 entries at the most
 * to heal, which is some two seconds of the highest load.
 */
const FLUSH_DELAY_MS = 500;
/** 64 heads take 8 ms of a core that is busy with messages, as long as which these then wait. */
const BATCH = { least: 8, most: 64 };
/** A tenth of the time, a thirtieth in a flood: an update of a head costs the engine more than its message. */
const REST: RestAtPace = { flood: 29, some: 9, none: 9 };

/** An update that says nothing of the last message. */
const NO_MESSAGE = { lastSeq: null, lastMessageId: null, lastActivity: null };

export interface HeadWriterDeps {
  advanceHeads: (updates: readonly HeadUpdate[]) => Promise<void>;
  onError: (error: unknown) => void;
  pace: () => WritePace;
}

interface DirtyHead {
  update: HeadUpdate;
  /** None for a room: it is in everybody's list. */
  participants: readonly string[];
  /** Which note made it dirty, counted from 1. */
  since: number;
}

export type HeadWriter = ReturnType<typeof createHeadWriter>;

/**
 * Carries the newest entry of each chat to the chat's own document, which serves lists only. One update per chat and
 * flush, however many entries came in between. What a crash leaves unwritten is healed by `healHeads` at the start.
 */
export function createHeadWriter({ advanceHeads, onError, pace }: HeadWriterDeps) {
  /** What waits, and what is being written. */
  let dirty = new Map<string, DirtyHead>();
  let writing = new Map<string, DirtyHead>();
  let notes = 0;

  function merge(chatId: string, later: DirtyHead): void {
    const earlier = dirty.get(chatId);
    dirty.set(chatId, {
      participants: later.participants,
      update: join(earlier?.update, later.update),
      since: earlier?.since ?? later.since,
    });
  }

  async function flushSome(max: number): Promise<void> {
    writing = new Map([...dirty].slice(0, max));
    for (const chatId of writing.keys()) dirty.delete(chatId);
    try {
      await advanceHeads([...writing.values()].map(({ update }) => update));
    } catch (error) {
      // What came meanwhile is newer, but of a change it says nothing of the last message.
      const newer = dirty;
      dirty = writing;
      for (const [chatId, head] of newer) merge(chatId, head);
      throw error;
    } finally {
      writing = new Map();
    }
  }

  const writer = createDelayedWriter({
    delayMs: FLUSH_DELAY_MS,
    rest: () => REST[pace()],
    batch: BATCH,
    flushSome,
    countWaiting: () => dirty.size,
    onError,
  });

  return {
    /** A message was written or changed at `rev`. */
    note(chat: ChatRef, message: MessageRecord, isNew: boolean): void {
      notes += 1;
      const held = dirty.get(chat.id);
      // With each message, so nothing is made anew: an update that waits is nobody else's until it is taken to be written.
      const update: HeadUpdate = held?.update ?? { chatId: chat.id, rev: 0, ...NO_MESSAGE };
      update.rev = message.rev;
      if (isNew) {
        update.lastSeq = message.seq;
        update.lastMessageId = message.id;
        update.lastActivity = message.createdAt;
      }
      if (held === undefined) dirty.set(chat.id, { update, participants: chat.participants, since: notes });
      writer.schedule();
    },

    /**
     * Writes the heads of a user's chats now, so that the user's own list is in order; what is noted later is not waited
     * for, or a list would wait for ever beside a busy lobby.
     */
    async flushOf(userId: string): Promise<void> {
      const until = notes;
      const isWaiting = () =>
        [...dirty.values(), ...writing.values()].some(
          ({ participants, since }) =>
            since <= until && (participants.length === 0 || participants.includes(userId)),
        );
      while (isWaiting()) await writer.flush();
    },

    close: () => writer.close(),
  };
}

/** A later update, with what it leaves open from the earlier one. */
function join(earlier: HeadUpdate | undefined, later: HeadUpdate): HeadUpdate {
  if (earlier === undefined || later.lastSeq !== null) return later;
  const { lastSeq, lastMessageId, lastActivity } = earlier;
  return { ...later, lastSeq, lastMessageId, lastActivity };
}
