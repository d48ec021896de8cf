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
    const readable = chats.get(chatId) ?? signal(NOBODY);
    chats.set(chatId, readable);
    return readable;
  }

  /** Somebody types, until told otherwise or for a while. */
  function set(chatId: string, userId: string, isTyping: boolean): void {
    const readable = typists(chatId);
    const held = readable.peek();
    if (held.includes(userId) !== isTyping) {
      readable.value = isTyping ? [...held, userId] : held.filter((id) => id !== userId);
    }
    const key = chatId + userId;
    clearTimeout(expiries.get(key));
    if (isTyping) expiries.set(key, setTimeout(set, EXPIRY_MS, chatId, userId, false));
  }

  function stop(chatKey: string): void {
    clearTimeout(own.get(chatKey)?.end);
    if (own.delete(chatKey)) notify(chatKey, false);
  }

  return {
    typists: (chatId: string): Readable<readonly string[]> => typists(chatId),
    set,
    stop,

    /** A key was pressed. */
    press(chatKey: string): void {
      const told = own.get(chatKey);
      clearTimeout(told?.end);
      let toldAt = told?.toldAt ?? 0;
      if (Date.now() - toldAt > REPEAT_MS) {
        toldAt = Date.now();
        notify(chatKey, true);
      }
      own.set(chatKey, { toldAt, end: setTimeout(stop, EXPIRY_MS - 1_000, chatKey) });
    },

    clear(): void {
      for (const timer of expiries.values()) clearTimeout(timer);
      for (const { end } of own.values()) clearTimeout(end);
      own.clear();
      for (const readable of chats.values()) readable.value = NOBODY;
    },
  };
}
