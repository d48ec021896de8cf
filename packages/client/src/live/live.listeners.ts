import type { Message, User } from '@parley/protocol';
import type { ChangeLog } from '../chats/change.log.js';
import type { ChatBook } from '../chats/chat.book.js';
import type { ChatState } from '../chats/chat.state.js';
import { advanceOwnRead } from '../chats/receipts.js';
import type { ClientEventMap } from '../client.events.js';
import type { Emitter } from '../emitter.js';
import type { TypingBook } from '../users/typing.book.js';
import type { UserBook } from '../users/user.book.js';
import type { ServerEventListeners } from './connection.js';

export interface LiveDeps {
  userId: string;
  book: ChatBook;
  log: ChangeLog;
  users: UserBook;
  typing: TypingBook;
  emitter: Emitter<ClientEventMap>;
  touch: (state: ChatState) => void;
  onOwnUser: (user: User) => void;
}

/** Moves a member's marks forward, and tells of it. */
export function applyMark(
  { userId: ownId, emitter, touch }: Pick<LiveDeps, 'userId' | 'emitter' | 'touch'>,
  state: ChatState,
  mark: { userId: string; readSeq: number; deliveredSeq: number },
): void {
  const { userId } = mark;
  if (!(userId === ownId ? advanceOwnRead(state, userId, mark.readSeq) : state.mergeMarks([mark]))) return;
  touch(state);
  emitter.emit('receipt', { chatId: state.key, userId, ...state.marks.get(userId)! });
}

/** What each event of the server does. */
export function createLiveListeners(deps: LiveDeps): ServerEventListeners {
  const { book, log, users, typing, emitter } = deps;

  const offer = (message: Message) => log.offer(book.byId(message.chatId), message);

  /** Also of a chat that the server has not told of yet: its answer may be older than this. */
  function mark(chatId: string, userId: string, readSeq: number, deliveredSeq: number): void {
    applyMark(deps, book.byId(chatId), { userId, readSeq, deliveredSeq });
  }

  function setPresence({ userId, status, lastSeen }: ClientEventMap['presence']): void {
    if (users.setPresence(userId, { status, lastSeen }))
      emitter.emit('presence', { userId, status, lastSeen });
  }

  return {
    authenticated: ({ user }) => deps.onOwnUser(user),
    new_message: ({ messageId: _, ...message }) => offer(message),
    message_updated: offer,
    message_deleted: ({ for: _, ...message }) => offer(message),
    message_delivered: ({ chatId, userId, deliveredSeq }) => mark(chatId, userId, 0, deliveredSeq),
    message_read: ({ chatId, readerId, readSeq }) => mark(chatId, readerId, readSeq, readSeq),
    user_online: (user) => setPresence({ ...user, lastSeen: null }),
    user_offline: (user) => setPresence({ ...user, lastSeen: new Date().toISOString() }),
    user_status_changed: setPresence,
    typing_status({ chatId, from: userId, isTyping }) {
      if (userId === deps.userId) return;
      typing.set(chatId, userId, isTyping);
      emitter.emit('typing', { chatId, userId, isTyping });
    },
  };
}
