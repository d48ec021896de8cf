import { limits } from '@parley/protocol';
import type { MessageReader } from '../models/message.reader.js';

/** A chat with what its reader has read of it. */
export interface UnreadQuestion {
  chatId: string;
  lastSeq: number;
  readSeq: number;
}

export type UnreadCounter = ReturnType<typeof createUnreadCounter>;

/** Counts what a user has not read: messages of others that are neither deleted nor hidden. Nothing is stored per message. */
export function createUnreadCounter(reader: Pick<MessageReader, 'countUnread'>) {
  return {
    /** By chat, each up to `unreadCountMax`; a chat with nothing unread is absent. Chats that are read to the end cost nothing. */
    count(userId: string, questions: readonly UnreadQuestion[]): Promise<Map<string, number>> {
      const open = questions.filter(({ lastSeq, readSeq }) => lastSeq > readSeq);
      return reader.countUnread(
        userId,
        open.map(({ chatId, lastSeq, readSeq }) => ({
          chatId,
          readSeq: Math.max(readSeq, lastSeq - limits.unreadCountMax),
        })),
      );
    },
  };
}
