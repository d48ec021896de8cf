import type { MarkReadResult } from '@parley/protocol';
import type { ChatState } from '../chats/chat.state.js';
import { advanceOwnRead } from '../chats/receipts.js';

/** Reading goes on while one scrolls: the server is told at most this often. */
const REPORT_MS = 250;

export interface ReadReporterDeps {
  userId: string;
  /** Tells the server. */
  report: (read: { chatId: string; upTo: number }) => Promise<MarkReadResult>;
  touch: (state: ChatState) => void;
}

/** Counts chats as read at once, and tells the server in its time; what it missed is told again after a sync. */
export function createReadReporter({ userId, report, touch }: ReadReporterDeps) {
  const unreported = new Set<ChatState>();

  async function tell(state: ChatState): Promise<void> {
    unreported.delete(state);
    const { id, seq, wantedReadSeq: upTo } = state;
    const { readSeq, unreadCount } = await report({ chatId: id!, upTo });
    // Unless something has come since, the server has counted better.
    if (readSeq !== state.wantedReadSeq || state.seq !== seq) return;
    state.unreadCount = unreadCount;
    touch(state);
  }

  function schedule(state: ChatState): void {
    if (unreported.has(state)) return;
    unreported.add(state);
    // Without a connection the sync of the next one finds what is missing.
    setTimeout(() => void tell(state).catch(() => {}), REPORT_MS);
  }

  return {
    /** The user has read the chat up to `seq`, or all of it. */
    markRead(state: ChatState, upTo: number = state.seq): void {
      if (!advanceOwnRead(state, userId, Math.min(upTo, state.seq))) return;
      touch(state);
      schedule(state);
    },

    /** The server told how far it believes the user has read. */
    compare(state: ChatState, serverReadSeq = 0): void {
      if (state.wantedReadSeq > serverReadSeq) schedule(state);
    },
  };
}
