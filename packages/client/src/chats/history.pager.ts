import type { CallRoute } from '../protocol.types.js';
import type { ChatState } from './chat.state.js';
import type { HistoryPage } from './message.window.js';

/** Fetches a page of the past: the newest messages before a seq, or the oldest after one. */
export type HistoryPager = (
  state: ChatState,
  range: { before: number } | { after: number },
  limit: number,
) => Promise<HistoryPage>;

/** Pages of direct chats by seq. Those of rooms have no endpoint: they are read from the chat's log, by revision. */
export function createHistoryPager(call: CallRoute, knownRevs: () => Record<string, number>): HistoryPager {
  return async (state, range, limit) => {
    const { id, peerId } = state;
    if (peerId) return call('getConversation', { params: { userId: peerId }, query: { ...range, limit } });
    if (!id || !('before' in range)) return { messages: [], hasMore: false };
    // As many revisions back as messages are wanted: the messages that were written in them, as they are now.
    const from = Math.max(0, state.lowRev - limit);
    const { [id]: _, ...others } = knownRevs();
    const { chats } = await call('sync', { body: { chats: { [id]: from, ...others }, limit } });
    state.lowRev = from;
    const messages = (chats.find(({ chatId }) => chatId === id)?.messages ?? [])
      // The rest are older ones that were changed in that time.
      .filter(({ seq }) => seq < range.before && seq >= range.before - limit)
      .sort((a, b) => a.seq - b.seq);
    return { messages, hasMore: from > 0 };
  };
}
