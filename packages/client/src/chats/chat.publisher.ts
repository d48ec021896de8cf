import type { User } from '@parley/protocol';
import type { Writable } from '../observable.js';
import type { Outbox } from '../outbox/outbox.js';
import type { UserBook } from '../users/user.book.js';
import type { ChatBook } from './chat.book.js';
import type { ChatState } from './chat.state.js';
import type { LocalMessage, MessageViewer } from './local.message.js';
import type { OpenTimeline } from './timeline.js';

/** A chat as a list of chats shows it. */
export interface ChatSummary {
  /** `user:<id>` as long as the first message is on its way. */
  id: string;
  isGroup: boolean;
  isLobby: boolean;
  groupName: string | null;
  /** As they were last described; `presence.of(id)` is live. */
  participants: readonly User[];
  /** The other person of a direct chat. */
  peer: User | null;
  lastMessage: LocalMessage | null;
  /** ISO 8601. */
  lastActivity: string;
  unreadCount: number;
}

export interface PublisherDeps {
  list: Writable<readonly ChatSummary[]>;
  unread: Writable<number>;
  userId: string;
  book: ChatBook;
  users: UserBook;
  viewer: MessageViewer;
  outbox: () => Outbox;
  onPublished: (state: ChatState) => void;
}

export type ChatPublisher = ReturnType<typeof createChatPublisher>;

/**
 * Turns what is held of the chats into what an application watches. What changes in one go is published once: a
 * catch-up of a thousand messages is one new list.
 */
export function createChatPublisher(deps: PublisherDeps) {
  const { list, unread, book, users, viewer, userId } = deps;
  const timelines = new Set<OpenTimeline>();
  const summaries = new Map<ChatState, ChatSummary>();
  const dirty = new Set<ChatState>();
  let isScheduled = false;

  function summarize(state: ChatState): ChatSummary | undefined {
    const onTheirWay = deps.outbox().ofState(state);
    if (!state.isKnown && onTheirWay.length === 0) return undefined;
    const ids =
      state.participantIds.length > 0 || state.peerId === null
        ? state.participantIds
        : [userId, state.peerId];
    const entry = onTheirWay.at(-1);
    const message = state.tail.messages.at(-1);
    const lastMessage =
      entry !== undefined
        ? viewer.viewEntry(entry)
        : message === undefined
          ? null
          : viewer.view(message, state);
    const lastActivity = entry?.stored.createdAt ?? '';
    return {
      id: state.key,
      isGroup: state.isGroup,
      isLobby: state.isRoom,
      groupName: state.groupName,
      participants: ids.flatMap((id) => users.get(id) ?? []),
      peer: (state.peerId === null ? undefined : users.get(state.peerId)) ?? null,
      lastMessage,
      lastActivity: lastActivity > state.lastActivity ? lastActivity : state.lastActivity,
      unreadCount: state.unreadCount,
    };
  }

  function flush(): void {
    isScheduled = false;
    if (dirty.size === 0) return;
    const changed = [...dirty];
    dirty.clear();
    for (const state of changed) {
      const summary = state.mergedInto === null ? summarize(state) : undefined;
      if (summary === undefined) summaries.delete(state);
      else summaries.set(state, summary);
      deps.onPublished(state);
    }
    for (const timeline of timelines) if (changed.includes(timeline.chat)) timeline.publish();
    list.value = [...summaries.values()].sort((a, b) => (a.lastActivity < b.lastActivity ? 1 : -1));
    unread.value = list.peek().reduce((sum, { unreadCount }) => sum + unreadCount, 0);
  }

  function touch(state: ChatState): void {
    dirty.add(state);
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(flush);
  }

  return {
    timelines,
    touch,

    /** Users were described anew: the chats they are in show them so. */
    touchChatsOf(userIds: ReadonlySet<string>): void {
      for (const state of book.all()) if (state.participantIds.some((id) => userIds.has(id))) touch(state);
    },

    /** Nobody is signed in any more. */
    close(): void {
      for (const timeline of [...timelines]) timeline.close();
      dirty.clear();
      list.value = [];
      unread.value = 0;
    },
  };
}
