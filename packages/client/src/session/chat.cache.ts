import type { Message, User, Watermark } from '@parley/protocol';
import type { ChatBook } from '../chats/chat.book.js';
import type { ChatState } from '../chats/chat.state.js';
import { MessageWindow } from '../chats/message.window.js';
import type { ClientStorage } from '../storage/client.storage.js';
import type { UserBook } from '../users/user.book.js';

/** What is kept of a chat as it is. */
type Fields = Pick<ChatState, (typeof FIELDS)[number]>;
const FIELDS = ['rev', 'seq', 'unreadCount', 'lastActivity', 'wantedReadSeq'] as const;

/** A chat as it is kept for the next time. Written as a whole, so what it says of itself is always true. */
interface StoredChat extends Fields {
  id: string;
  isGroup: boolean;
  groupName: string | null;
  participants: Pick<User, 'id'>[];
  low: number;
  lowRev: number;
  messages: Message[];
  marks: Watermark[];
}

/** Of another version nothing is read: the chats are asked for anew. */
const VERSION = 1;
const WRITE_DELAY_MS = 400;

export interface ChatCacheDeps {
  storage: ClientStorage;
  /** Of the signed-in user. */
  prefix: string;
  book: ChatBook;
  users: UserBook;
  /** Messages kept of each chat. */
  keep: number;
}

/** Keeps the last state of the chats, so that the next start shows it at once and asks only for what came since. */
export function createChatCache({ storage, prefix, book, users, keep }: ChatCacheDeps) {
  const dirty = new Map<string, ChatState>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let epoch: string | undefined;

  function freeze(state: ChatState): StoredChat {
    const { tail, isGroup, groupName } = state;
    const messages = tail.messages.slice(-keep);
    const isCut = messages.length < tail.messages.length;
    return {
      ...(Object.fromEntries(FIELDS.map((field) => [field, state[field]])) as Fields),
      id: state.id!,
      isGroup,
      groupName,
      participants: state.participantIds.map((id) => users.get(id) ?? { id }),
      low: isCut ? messages[0]!.seq : tail.low,
      // What is cut off a room's tail is fetched again, from where it is known to be.
      lowRev: isCut ? state.rev : state.lowRev,
      messages,
      marks: [...state.marks].map(([userId, mark]) => ({ userId, ...mark })),
    };
  }

  function thaw({ low, lowRev, messages, marks, ...stored }: StoredChat): void {
    users.learn(stored.participants.filter((user): user is User => 'username' in user));
    const state = book.describe(stored);
    for (const field of FIELDS) Object.assign(state, { [field]: stored[field] });
    state.lowRev = lowRev;
    state.tail = new MessageWindow(low, stored.seq);
    state.tail.messages = messages;
    state.mergeMarks(marks);
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (!dirty.size || !epoch) return;
    // Together with the chats: an epoch without them would make their whole past look new.
    const entries = new Map<string, unknown>([[`${prefix}meta`, { version: VERSION, epoch }]]);
    for (const [id, state] of dirty)
      entries.set(`${prefix}chat/${id}`, state.isKnown ? freeze(state) : undefined);
    dirty.clear();
    await storage.write(entries);
  }

  return {
    flush,

    /** Fills the book with what was kept. Gives the epoch, or undefined when there was nothing. */
    async load(): Promise<string | undefined> {
      const meta = (await storage.read(`${prefix}meta`)) as { version: number; epoch: string } | undefined;
      if (meta?.version !== VERSION) return undefined;
      for (const stored of (await storage.list(`${prefix}chat/`)).values()) thaw(stored as StoredChat);
      epoch = meta.epoch;
      return epoch;
    },

    /** The chats are of this database from now on. */
    setEpoch(next: string): void {
      epoch = next;
    },

    /** The chat has changed; one that is not known is not kept. */
    save(state: ChatState): void {
      if (!state.id) return;
      dirty.set(state.id, state);
      timer ??= setTimeout(() => void flush(), WRITE_DELAY_MS);
    },

    /** Nothing of the user is left. */
    async clear(): Promise<void> {
      clearTimeout(timer);
      dirty.clear();
      await storage.write(new Map([...(await storage.list(prefix)).keys()].map((key) => [key, undefined])));
    },
  };
}
