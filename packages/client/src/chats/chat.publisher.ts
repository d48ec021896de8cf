import type { User } from '@parley/protocol';
import type { Writable } from '../observable.js';
import type { Outbox } from '../outbox/outbox.js';
import type { UserBook } from '../users/user.book.js';
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
  users: UserBook;
  viewer: MessageViewer;
  outbox: () => Pick<Outbox, 'ofState'>;
  onPublished: (state: ChatState) => void;
}

/**
 * Turns what is held of the chats into what an application watches. What changes in one go is published once: a
 * catch-up of a thousand messages is one new list.
 */
export function createChatPublisher(deps: PublisherDeps) {
  const { list, unread, users, viewer, userId } = deps;
  const timelines = new Set<OpenTimeline>();
  const summaries = new Map<ChatState, ChatSummary>();
  const dirty = new Set<ChatState>();
  let isStopped = false;

  function summarize(state: ChatState): ChatSummary {
    const { peerId } = state;
    const entry = deps.outbox().ofState(state).at(-1);
    const message = state.tail.messages.at(-1);
    const ids = state.isKnown || !peerId ? state.participantIds : [userId, peerId];
    return {
      id: state.key,
      isGroup: state.isGroup,
      isLobby: state.isRoom,
      groupName: state.groupName,
      participants: ids.flatMap((id) => users.get(id) ?? []),
      peer: users.get(peerId) ?? null,
      lastMessage: entry ? viewer.viewEntry(entry) : message ? viewer.view(message, state) : null,
      lastActivity: [state.lastActivity, entry?.stored.createdAt ?? ''].sort()[1]!,
      unreadCount: state.unreadCount,
    };
  }

  function flush(): void {
    if (isStopped) return;
    const changed = new Set(dirty);
    // Emptied first: whoever is told may change something in turn, such as what counts as read.
    dirty.clear();
    for (const state of changed) {
      if (state.mergedInto || !(state.isKnown || deps.outbox().ofState(state).length))
        summaries.delete(state);
      else summaries.set(state, summarize(state));
      deps.onPublished(state);
    }
    for (const timeline of timelines) if (changed.has(timeline.chat)) timeline.publish();
    list.value = [...summaries.values()].sort((a, b) => (a.lastActivity < b.lastActivity ? 1 : -1));
    unread.value = list.peek().reduce((sum, { unreadCount }) => sum + unreadCount, 0);
  }

  return {
    timelines,

    /** The chat has changed. */
    touch(state: ChatState): void {
      if (isStopped) return;
      if (!dirty.size) queueMicrotask(flush);
      dirty.add(state);
    },

    /** The client closes: what is still under way is told to nobody, who could do nothing with it. */
    stop(): void {
      isStopped = true;
      for (const timeline of timelines) timeline.close();
      for (const state of dirty) deps.onPublished(state);
      dirty.clear();
    },

    /** Nobody is signed in any more. */
    close(): void {
      list.value = [];
      unread.value = 0;
    },
  };
}
