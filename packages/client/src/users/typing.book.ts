import type { limits } from '@parley/protocol';
import type { Readable, SignalFactory, Writable } from '../observable.js';

/** The server's own limit, after which a notice ends by itself. */
const EXPIRY_MS: (typeof limits)['typingExpiryMs'] = 6_000;
/** How often the server is told that somebody still types. */
const REPEAT_MS = 3_000;

const NOBODY: readonly string[] = [];

export type TypingBook = ReturnType<typeof createTypingBook>;

/** Who types in which chat; and tells the others of one's own typing, seldom enough. */
export function createTypingBook(
  signal: SignalFactory,
  notify: (chatKey: string, isTyping: boolean) => void,
) {
  const chats = new Map<string, Writable<readonly string[]>>();
  const expiries = new Map<string, ReturnType<typeof setTimeout>>();
  /** When the server was told last, and the timer that tells it of the end. */
  const own = new Map<string, { toldAt: number; end: ReturnType<typeof setTimeout> }>();

  function typists(chatId: string): Writable<readonly string[]> {
    const held = chats.get(chatId) ?? signal<readonly string[]>(NOBODY);
    chats.set(chatId, held);
    return held;
  }

  function remove(chatId: string, userId: string): void {
    clearTimeout(expiries.get(`${chatId}:${userId}`));
    expiries.delete(`${chatId}:${userId}`);
    const readable = chats.get(chatId);
    if (readable?.peek().includes(userId) === true) {
      readable.value = readable.peek().filter((id) => id !== userId);
    }
  }

  function stop(chatKey: string): void {
    const told = own.get(chatKey);
    if (told === undefined) return;
    clearTimeout(told.end);
    own.delete(chatKey);
    notify(chatKey, false);
  }

  return {
    typists: (chatId: string): Readable<readonly string[]> => typists(chatId),
    remove,
    stop,

    /** Somebody types, until told otherwise or for a while. */
    add(chatId: string, userId: string): void {
      const readable = typists(chatId);
      if (!readable.peek().includes(userId)) readable.value = [...readable.peek(), userId];
      const key = `${chatId}:${userId}`;
      clearTimeout(expiries.get(key));
      expiries.set(
        key,
        setTimeout(() => remove(chatId, userId), EXPIRY_MS),
      );
    },

    /** A key was pressed. */
    press(chatKey: string): void {
      const told = own.get(chatKey);
      clearTimeout(told?.end);
      const end = setTimeout(() => stop(chatKey), EXPIRY_MS - 1_000);
      const isDue = told === undefined || Date.now() - told.toldAt >= REPEAT_MS;
      own.set(chatKey, { toldAt: isDue ? Date.now() : told.toldAt, end });
      if (isDue) notify(chatKey, true);
    },

    clear(): void {
      for (const timer of expiries.values()) clearTimeout(timer);
      for (const { end } of own.values()) clearTimeout(end);
      expiries.clear();
      own.clear();
      for (const readable of chats.values()) readable.value = NOBODY;
    },
  };
}
