import type { Change } from './change.log.js';
import type { ChatState } from './chat.state.js';

/** Unread messages are counted up to this, as the server does. */
const UNREAD_MAX = 1_000;

/** Counts a change in: a new message of somebody else is unread, a deleted one no longer. */
export function countChange({ kind, state, message }: Change, userId: string): void {
  if (message.sender === userId || message.seq <= state.readSeqOf(userId)) return;
  if (kind === 'created') state.unreadCount = Math.min(UNREAD_MAX, state.unreadCount + 1);
  if (kind === 'deleted') state.unreadCount = Math.max(0, state.unreadCount - 1);
}

/** Moves the user's own mark forward and counts what is left to read. False when it was there already. */
export function advanceOwnRead(state: ChatState, userId: string, readSeq: number): boolean {
  if (!state.mergeMarks([{ userId, readSeq, deliveredSeq: readSeq }])) return false;
  state.wantedReadSeq = Math.max(state.wantedReadSeq, readSeq);
  state.unreadCount = countUnread(state, userId);
  return true;
}

function countUnread(state: ChatState, userId: string): number {
  const readSeq = state.readSeqOf(userId);
  if (readSeq >= state.seq) return 0;
  const { low, messages } = state.tail;
  // Where not all of them are here, the number can only have become smaller; the server's answer makes it exact.
  if (low > readSeq + 1) return Math.min(state.unreadCount, state.seq - readSeq);
  const unread = messages.filter(
    ({ seq, sender, deletedAt }) => seq > readSeq && sender !== userId && deletedAt === undefined,
  );
  return Math.min(UNREAD_MAX, unread.length);
}
