import type { ChatTarget } from '../chats/chat.book.js';
import type { ChatSummary } from '../chats/chat.publisher.js';
import type { Timeline } from '../chats/timeline.js';
import type { Workspace } from '../live/workspace.js';
import type { Readable } from '../observable.js';
import type { TypingBook } from '../users/typing.book.js';

/** The chats of the signed-in user. */
export interface ChatsApi {
  /** The most recently active first. */
  readonly list: Readable<readonly ChatSummary[]>;
  /** Unread messages of all chats. */
  readonly unread: Readable<number>;
  /** Opens the messages of a chat, or of the one with a user, whether or not anybody has written there. */
  open(target: ChatTarget): Timeline;
  /** Counts a chat as read up to a seq, or to its end; without a network the server is told later. */
  markRead(target: ChatTarget, upTo?: number): void;
}

/** Who types. */
export interface TypingApi {
  /** Ids of the users who type in a chat. In the lobby only while its timeline is open. */
  in(chatId: string): Readable<readonly string[]>;
  /** To be called at every key: the others are told seldom enough, and of the end by itself. */
  press(target: ChatTarget): void;
  /** Typing is over, as when the message was sent. */
  stop(target: ChatTarget): void;
}

/** The chats half of the client. */
export function createChatsApi(
  deps: Pick<ChatsApi, 'list' | 'unread'> & { workspace: () => Workspace },
): ChatsApi {
  const { list, unread, workspace } = deps;
  return {
    list,
    unread,
    open: (target) => workspace().openTimeline(target),
    markRead(target, upTo) {
      const { book, markRead } = workspace();
      markRead(book.open(target), upTo);
    },
  };
}

/** The typing half of the client. */
export function createTypingApi({
  typing,
  workspace,
}: {
  typing: TypingBook;
  workspace: () => Workspace;
}): TypingApi {
  const keyOf = (target: ChatTarget) => workspace().book.open(target).key;
  return {
    in: typing.typists,
    press: (target) => typing.press(keyOf(target)),
    stop: (target) => typing.stop(keyOf(target)),
  };
}
