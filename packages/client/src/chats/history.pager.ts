import type { CallRoute } from '../protocol.types.js';
import type { ChatState } from './chat.state.js';
import type { HistoryPage } from './message.window.js';

/** Fetches the past of a chat. */
export interface HistoryPager {
  /** The newest messages before `seq`. */
  before(state: ChatState, seq: number, limit: number): Promise<HistoryPage>;
  /** The oldest messages after `seq`. */
  after(state: ChatState, seq: number, limit: number): Promise<HistoryPage>;
}

const NOTHING: HistoryPage = { messages: [], hasMore: false };

/** Pages of direct chats by seq. Those of rooms have no endpoint: they are read from the chat's log, by revision. */
export function createHistoryPager(call: CallRoute, knownRevs: () => Record<string, number>): HistoryPager {
  async function ofPeer(
    peerId: string,
    query: { before?: number; after?: number; limit: number },
  ): Promise<HistoryPage> {
    const { messages, hasMore } = await call('getConversation', { params: { userId: peerId }, query });
    return { messages, hasMore };
  }

  /** As many revisions back as messages are wanted: the messages that were written in them, as they are now. */
  async function ofRoom(state: ChatState, id: string, seq: number, limit: number): Promise<HistoryPage> {
    const from = Math.max(0, state.lowRev - limit);
    const { chats } = await call('sync', {
      body: { chats: { [id]: from, ...without(knownRevs(), id) }, limit },
    });
    const found = chats.find(({ chatId }) => chatId === id)?.messages ?? [];
    state.lowRev = from;
    // Others are older ones that were changed in that time.
    const messages = found.filter((message) => message.seq < seq && message.seq >= seq - limit);
    return { messages: messages.sort((a, b) => a.seq - b.seq), hasMore: from > 0 };
  }

  return {
    async before(state, seq, limit) {
      if (state.peerId !== null) return ofPeer(state.peerId, { before: seq, limit });
      return state.id === null || !state.isKnown ? NOTHING : ofRoom(state, state.id, seq, limit);
    },
    async after(state, seq, limit) {
      return state.peerId === null ? NOTHING : ofPeer(state.peerId, { after: seq, limit });
    },
  };
}

function without(revs: Record<string, number>, id: string): Record<string, number> {
  const { [id]: _, ...others } = revs;
  return others;
}
