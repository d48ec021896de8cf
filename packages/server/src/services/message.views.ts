import type { ChatRef, MembershipRecord } from '../models/chat.record.js';
import type { MessageRecord } from '../models/message.record.js';
import type { MessageView } from './contracts.js';

/** A message that nobody has received yet. */
export function viewNewMessage(message: MessageRecord, chat: ChatRef): MessageView {
  return { message, chat, isRead: false, readAt: null, delivered: false };
}

/**
 * A message with what the watermarks of its chat say. In a direct chat they are the receiver's; in a group a message
 * of one's own is read when all others have read it, one of others when oneself has; a room tells of oneself alone.
 * `readAt` is when the reader's mark last moved: at or after the moment in which this very message was read.
 */
export function viewMessage(
  message: MessageRecord,
  chat: ChatRef,
  marks: readonly MembershipRecord[],
  viewerId: string,
): MessageView {
  const readers = readersOf(message, chat, viewerId);
  const readerMarks = readers.map((userId) => marks.find((mark) => mark.userId === userId));
  const isRead = readers.length > 0 && readerMarks.every((mark) => (mark?.readSeq ?? 0) >= message.seq);
  const delivered =
    readers.length > 0 && readerMarks.every((mark) => (mark?.deliveredSeq ?? 0) >= message.seq);
  const times = readerMarks.flatMap((mark) => (mark?.readAt ? [mark.readAt.getTime()] : []));
  return {
    message,
    chat,
    isRead,
    delivered,
    readAt: isRead && times.length > 0 ? new Date(Math.max(...times)) : null,
  };
}

function readersOf(message: MessageRecord, chat: ChatRef, viewerId: string): string[] {
  if (chat.kind === 'room' || (chat.kind === 'group' && message.sender !== viewerId)) return [viewerId];
  return chat.participants.filter((userId) => userId !== message.sender);
}
