import type { Message } from '@parley/protocol';
import type { ChangeKind } from './change.log.js';
import type { ChatState } from './chat.state.js';

/** Counts a change in: a new message of somebody else is unread, a deleted one no longer, if it was ever counted. */
export function countChange(
  kind: ChangeKind,
  state: ChatState,
  message: Message,
  isNew: boolean,
  userId: string,
): void {
  if (message.sender === userId || message.seq <= state.readSeqOf(userId)) return;
  if (kind === 'created') state.unreadCount += 1;
  if (kind === 'deleted' && !isNew) state.unreadCount = Math.max(0, state.unreadCount - 1);
}

/** Moves the user's own mark forward and counts what is left to read. False when it was there already. */
export function advanceOwnRead(state: ChatState, userId: string, readSeq: number): boolean {
  if (!state.mergeMarks([{ userId, readSeq, deliveredSeq: readSeq }])) return false;
  const { seq, tail } = state;
  state.wantedReadSeq = Math.max(state.wantedReadSeq, readSeq);
  // Where not all of them are here, the number can only have become smaller; the server's answer makes it exact.
  state.unreadCount =
    tail.low > readSeq + 1
      ? Math.min(state.unreadCount, seq - readSeq)
      : tail.messages.filter(
          (message) => message.seq > readSeq && message.sender !== userId && !message.deletedAt,
        ).length;
  return true;
}
