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
    const { id, peerId, tail } = state;
    if (peerId) {
      const page = await call('getConversation', { params: { userId: peerId }, query: { ...range, limit } });
      return { ...page, messages: state.current.stillVisible(page.messages) };
    }
    if (!id || 'after' in range) return { messages: [], hasMore: false };
    const from = Math.max(0, state.lowRev - limit);
    const { [id]: _, ...others } = knownRevs();
    const { chats } = await call('sync', { body: { chats: { [id]: from, ...others }, limit } });
    state.lowRev = from;
    // What was written in these revisions, and what was changed in them, which may be much older: no page has more
    // messages than revisions, so whatever is further away than that belongs to a later one.
    const least = (tail.messages[0]?.seq ?? tail.low) - limit;
    const found = state.current.stillVisible(chats.find(({ chatId }) => chatId === id)?.messages ?? []);
    return { messages: found.filter(({ seq }) => seq >= least), hasMore: from > 0, low: tail.low };
  };
}
