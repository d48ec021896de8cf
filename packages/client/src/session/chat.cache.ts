import type { Message, User, Watermark } from '@parley/protocol';
import type { ChatBook } from '../chats/chat.book.js';
import type { ChatState } from '../chats/chat.state.js';
import { MessageWindow } from '../chats/message.window.js';
import type { ClientStorage } from '../storage/client.storage.js';
import type { UserBook } from '../users/user.book.js';

/** A chat as it is kept for the next time. Written as a whole, so what it says of itself is always true. */
interface StoredChat {
  id: string;
  isGroup: boolean;
  groupName: string | null;
  participants: User[];
  participantIds: string[];
  rev: number;
  seq: number;
  low: number;
  lowRev: number;
  messages: Message[];
  marks: Watermark[];
  unreadCount: number;
  lastActivity: string;
  wantedReadSeq: number;
}

interface StoredMeta {
  version: number;
  epoch: string;
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
  userId: string;
  /** Messages kept of each chat. */
  keep: number;
}

export type ChatCache = ReturnType<typeof createChatCache>;

/** Keeps the last state of the chats, so that the next start shows it at once and asks only for what came since. */
export function createChatCache({ storage, prefix, book, users, userId, keep }: ChatCacheDeps) {
  const dirty = new Map<string, ChatState | undefined>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let epoch: string | undefined;

  function freeze(state: ChatState): StoredChat | undefined {
    if (!state.isKnown || state.id === null) return undefined;
    const messages = state.tail.messages.slice(-keep);
    const isCut = messages.length < state.tail.messages.length;
    return {
      id: state.id,
      isGroup: state.isGroup,
      groupName: state.groupName,
      participants: state.participantIds.flatMap((id) => users.get(id) ?? []),
      participantIds: state.participantIds,
      rev: state.rev,
      seq: state.seq,
      low: isCut ? (messages[0]?.seq ?? state.tail.low) : state.tail.low,
      // What is cut off a room's tail is fetched again from where it is known to be.
      lowRev: isCut ? state.rev : state.lowRev,
      messages,
      marks: [...state.marks].map(([id, mark]) => ({ userId: id, ...mark })),
      unreadCount: state.unreadCount,
      lastActivity: state.lastActivity,
      wantedReadSeq: state.wantedReadSeq,
    };
  }

  function thaw(stored: StoredChat): void {
    users.learn(stored.participants);
    const peerId = stored.isGroup ? undefined : stored.participantIds.find((id) => id !== userId);
    const state = peerId === undefined ? book.byId(stored.id) : book.join(stored.id, peerId);
    state.describe({ ...stored, participants: stored.participantIds.map((id) => ({ id })) }, userId);
    state.rev = stored.rev;
    state.seq = stored.seq;
    state.lowRev = stored.lowRev;
    state.tail = new MessageWindow(stored.low, stored.seq);
    for (const message of stored.messages) state.tail.put(message);
    state.mergeMarks(stored.marks);
    state.unreadCount = stored.unreadCount;
    state.lastActivity = stored.lastActivity;
    state.wantedReadSeq = stored.wantedReadSeq;
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (dirty.size === 0 || epoch === undefined) return;
    // Together with the chats: an epoch without them would make their whole past look new.
    const entries = new Map<string, unknown>([
      [`${prefix}meta`, { version: VERSION, epoch } satisfies StoredMeta],
    ]);
    for (const [key, state] of dirty) entries.set(`${prefix}chat/${key}`, state && freeze(state));
    dirty.clear();
    await storage.write(entries);
  }

  function touch(key: string, state: ChatState | undefined): void {
    dirty.set(key, state);
    timer ??= setTimeout(() => void flush(), WRITE_DELAY_MS);
  }

  return {
    flush,

    /** Fills the book with what was kept. Gives the epoch, or undefined when there was nothing. */
    async load(): Promise<string | undefined> {
      const meta = (await storage.read(`${prefix}meta`)) as StoredMeta | undefined;
      if (meta?.version !== VERSION) return undefined;
      for (const stored of (await storage.list(`${prefix}chat/`)).values()) thaw(stored as StoredChat);
      epoch = meta.epoch;
      return epoch;
    },

    /** The chats are of this database from now on. */
    setEpoch(next: string): void {
      epoch = next;
    },

    save(state: ChatState): void {
      if (state.id !== null) touch(state.id, state);
    },

    remove(state: ChatState): void {
      if (state.id !== null) touch(state.id, undefined);
    },

    /** Nothing of the user is left. */
    async clear(): Promise<void> {
      clearTimeout(timer);
      dirty.clear();
      const keys = [...(await storage.list(prefix)).keys()];
      await storage.write(new Map(keys.map((key) => [key, undefined])));
    },
  };
}
