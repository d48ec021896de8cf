import type { Message, User } from '@parley/protocol';
import type { createChangeLog } from '../chats/change.log.js';
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
  log: ReturnType<typeof createChangeLog>;
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
  const moved = userId === ownId ? advanceOwnRead(state, userId, mark.readSeq) : state.mergeMarks([mark]);
  if (!moved || state.id === null) return;
  touch(state);
  const { readSeq, deliveredSeq } = state.marks.get(userId) ?? mark;
  emitter.emit('receipt', { chatId: state.id, userId, readSeq, deliveredSeq });
}

/** What each event of the server does. */
export function createLiveListeners(deps: LiveDeps): ServerEventListeners {
  const { book, log, users, typing, emitter } = deps;

  const offer = (message: Message) => log.offer(book.byId(message.chatId), message);

  function mark(chatId: string, userId: string, marks: { readSeq: number; deliveredSeq: number }): void {
    const state = book.find(chatId);
    // Of a chat that is not known yet the sync tells all.
    if (state?.isKnown === true) applyMark(deps, state, { userId, ...marks });
  }

  function setPresence(userId: string, presence: ClientEventMap['presence']): void {
    if (users.setPresence(userId, presence)) emitter.emit('presence', presence);
  }

  return {
    authenticated: ({ user }) => deps.onOwnUser(user),
    new_message: ({ messageId: _, ...message }) => offer(message),
    message_updated: offer,
    message_deleted: ({ for: _, ...message }) => offer(message),
    message_delivered: ({ chatId, userId, deliveredSeq }) =>
      mark(chatId, userId, { readSeq: 0, deliveredSeq }),
    message_read: ({ chatId, readerId, readSeq }) =>
      mark(chatId, readerId, { readSeq, deliveredSeq: readSeq }),
    user_online: ({ userId, status }) => setPresence(userId, { userId, status, lastSeen: null }),
    user_offline: ({ userId, status }) =>
      setPresence(userId, { userId, status, lastSeen: new Date().toISOString() }),
    user_status_changed: ({ userId, status, lastSeen }) => setPresence(userId, { userId, status, lastSeen }),
    typing_status({ chatId, from, isTyping }) {
      if (from === deps.userId) return;
      if (isTyping) typing.add(chatId, from);
      else typing.remove(chatId, from);
      emitter.emit('typing', { chatId, userId: from, isTyping });
    },
  };
}
