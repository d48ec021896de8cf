import type { ChatRef } from '../models/chat.record.js';
import type { MessageRecord } from '../models/message.record.js';

/** Members read and write a chat; everybody is a member of a room. */
export function isMember(userId: string, chat: ChatRef): boolean {
  return chat.kind === 'room' || chat.participants.includes(userId);
}

/** Whether a user has deleted the message for oneself. */
export function isHiddenFor(userId: string, message: MessageRecord): boolean {
  return message.hiddenFor?.some((hidden) => hidden.userId === userId) ?? false;
}

/** Only the sender changes a message. */
export function mayChange(userId: string, message: MessageRecord): boolean {
  return message.sender === userId;
}
