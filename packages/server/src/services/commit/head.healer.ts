import type { ChatStore } from '../../models/chat.store.js';
import type { MessageReader } from '../../models/message.reader.js';
import type { MessageStore } from '../../models/message.store.js';

/** Entries that can be newer than the heads a crash left: a second of the fastest load measured. */
const ENTRIES_MAX = 20_000;
const CHATS_AT_ONCE = 500;

/**
 * After a start: completes half-applied changes and brings the chats' own documents up to their logs, where a crash
 * had left them behind. Only lists are ordered by them, so serving meanwhile is safe.
 */
export async function healHeads(
  reader: MessageReader,
  store: MessageStore,
  chats: Pick<ChatStore, 'advanceHeads'>,
): Promise<void> {
  const recent = await reader.recentChats(ENTRIES_MAX);
  for (let start = 0; start < recent.length; start += CHATS_AT_ONCE) {
    const ids = recent.slice(start, start + CHATS_AT_ONCE);
    await store.applyPending(ids);
    const latest = await reader.latest(ids);
    await chats.advanceHeads(
      [...latest].map(([chatId, { head, lastMessage }]) => ({
        chatId,
        rev: head.rev,
        lastSeq: head.seq,
        lastMessageId: lastMessage?.id ?? null,
        lastActivity: lastMessage?.createdAt ?? null,
      })),
    );
  }
}
