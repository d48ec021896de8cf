import type { ChatState } from '../chats/chat.state.js';
import { advanceOwnRead } from '../chats/receipts.js';
import type { EmitEvent } from '../protocol.types.js';

/** Reading goes on while one scrolls: the server is told at most this often. */
const REPORT_MS = 250;

export interface ReadReporterDeps {
  userId: string;
  emit: EmitEvent;
  isUp: () => boolean;
  touch: (state: ChatState) => void;
}

export type ReadReporter = ReturnType<typeof createReadReporter>;

/** Counts chats as read at once, and tells the server in its time; what it missed is told again after a sync. */
export function createReadReporter({ userId, emit, isUp, touch }: ReadReporterDeps) {
  const unreported = new Set<ChatState>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function report(state: ChatState): Promise<void> {
    const { id, seq, wantedReadSeq } = state;
    if (id === null) return;
    const { readSeq, unreadCount } = await emit('read_receipt', { chatId: id, upTo: wantedReadSeq });
    // Unless something has come since, the server has counted better.
    if (readSeq !== wantedReadSeq || state.wantedReadSeq !== readSeq || state.seq !== seq) return;
    if (state.unreadCount === unreadCount) return;
    state.unreadCount = unreadCount;
    touch(state);
  }

  function schedule(state: ChatState): void {
    unreported.add(state);
    timer ??= setTimeout(() => {
      timer = undefined;
      const states = [...unreported];
      unreported.clear();
      // Without a connection the sync of the next one finds what is missing.
      for (const each of isUp() ? states : []) report(each).catch(() => undefined);
    }, REPORT_MS);
  }

  return {
    /** The user has read the chat up to `seq`, or all of it. */
    markRead(state: ChatState, upTo: number = state.seq): void {
      if (!advanceOwnRead(state, userId, Math.min(upTo, state.seq))) return;
      touch(state);
      schedule(state);
    },

    /** The server told how far it believes the user has read. */
    compare(state: ChatState, serverReadSeq: number): void {
      if (state.wantedReadSeq > serverReadSeq) schedule(state);
    },

    close(): void {
      clearTimeout(timer);
    },
  };
}
