import type { MessageRecord } from '../../models/message.record.js';
import type { SearchEntry } from '../../models/search.record.js';
import { createDelayedWriter } from '../delayed.writer.js';
import type { RestAtPace, WritePace } from '../write.pace.js';
import { tokenize } from './text.tokens.js';

/** Messages, and characters of their texts, that wait for their place in the index: at most some 40 MB. */
const QUEUE_MAX = 20_000;
const QUEUE_MAX_CHARACTERS = 8_000_000;

const FLUSH_DELAY_MS = 200;
/**
 * While people write the index takes a tenth of the time, and falls behind where more than a thousand come in a second (an
 * entry costs the engine 50 to 90 µs, docs/decisions/0005); when nobody does it takes half, and catches up. In a flood it
 * could not keep up with any share that it might take, and leaves the time to the messages.
 */
const REST: RestAtPace = { flood: 39, some: 9, none: 1 };
/** 16 entries take the engine 1 ms or 2, and 64 some 5: a send that comes meanwhile waits for them. */
const BATCH = { least: 16, most: 64 };
const FLUSH_MAX_TOKENS = 15_000;

export interface SearchQueueDeps {
  write: (entries: readonly SearchEntry[]) => Promise<void>;
  onError: (error: unknown) => void;
  pace: () => WritePace;
  /** Told when messages were dropped and there is room again: `takeDropped` says since when. */
  onRoom?: () => void;
  limits?: { messages: number; characters: number };
}

export type SearchQueue = ReturnType<typeof createSearchQueue>;

/**
 * Carries messages to the index in batches, the first come first. What waits is found in here. When it is full it
 * takes no more, and remembers since when: what it dropped is found again in the log, once there is room.
 */
export function createSearchQueue({ write, onError, pace, onRoom, limits }: SearchQueueDeps) {
  const { messages: messagesMax, characters: charactersMax } = limits ?? {
    messages: QUEUE_MAX,
    characters: QUEUE_MAX_CHARACTERS,
  };
  const waiting = new Map<string, { message: MessageRecord; since: number }>();
  let characters = 0;
  let droppedSince: Date | null = null;

  function takeBatch(max: number): { message: MessageRecord; entry: SearchEntry }[] {
    const batch: { message: MessageRecord; entry: SearchEntry }[] = [];
    let tokens = 0;
    for (const { message } of waiting.values()) {
      if (batch.length === max || tokens > FLUSH_MAX_TOKENS) break;
      const entry = toSearchEntry(message);
      tokens += entry.tokens?.length ?? 0;
      batch.push({ message, entry });
    }
    return batch;
  }

  async function flushSome(max: number): Promise<void> {
    const batch = takeBatch(max);
    await write(batch.map(({ entry }) => entry));
    for (const { message } of batch) {
      // A message that changed meanwhile waits on.
      if (waiting.get(message.id)?.message === message) remove(message.id);
    }
    if (droppedSince !== null && hasRoom()) onRoom?.();
  }

  const rest = () => REST[pace()];
  const hasRoom = () => waiting.size <= messagesMax / 2 && characters <= charactersMax / 2;

  function remove(id: string): void {
    characters -= waiting.get(id)?.message.content.length ?? 0;
    waiting.delete(id);
  }

  const writer = createDelayedWriter({
    delayMs: FLUSH_DELAY_MS,
    rest,
    batch: BATCH,
    flushSome,
    countWaiting: () => waiting.size,
    onError,
  });

  return {
    /** Takes a message to be indexed, or its newer state. */
    note(message: MessageRecord): void {
      const held = waiting.get(message.id);
      const growth = message.content.length - (held?.message.content.length ?? 0);
      if ((held === undefined && waiting.size >= messagesMax) || characters + growth > charactersMax) {
        droppedSince ??= new Date();
        // Not even the older state: it would be found by words that are no more.
        if (held !== undefined) remove(message.id);
        return;
      }
      waiting.set(message.id, { message, since: held?.since ?? Date.now() });
      characters += growth;
      writer.schedule();
    },

    /** Messages that wait, each in its newest state. */
    *waiting(): Iterable<MessageRecord> {
      for (const { message } of waiting.values()) yield message;
    },

    /** How long whoever writes to the index rests after a write, in times of what that took. */
    rest,

    /** Everything noted before this moment is in the index, less what was dropped. */
    indexedUntil(): Date {
      const [oldest] = waiting.values();
      return new Date(oldest?.since ?? Date.now());
    },

    /** Since when messages were dropped, once there is room again; null if none were. Asking takes note of it. */
    takeDropped(): Date | null {
      if (droppedSince === null || !hasRoom()) return null;
      const since = droppedSince;
      droppedSince = null;
      return since;
    },

    /** The same without taking note. */
    droppedSince: () => droppedSince,

    /** Writes what waits. */
    close: () => writer.close(),
  };
}

/** What a message is found by. */
export function toSearchEntry(message: MessageRecord): SearchEntry {
  return { message, tokens: message.deletedAt === undefined ? tokenize(message.content) : null };
}
