import type { Message, SyncChat } from '@parley/protocol';
import type { ChatState } from './chat.state.js';

/** What happened to a message. */
export type ChangeKind = 'created' | 'updated' | 'deleted';

/** One change of a chat, delivered once. */
export interface Change {
  kind: ChangeKind;
  state: ChatState;
  /** The revision that the message now has. */
  rev: number;
  message: Message;
}

/** Changes that wait behind a hole, per chat; what is beyond it comes by sync anyway. */
const WAITING_MAX = 500;

/**
 * Applies the changes of chats in order of revision, each of them once, whichever way it came: live, as the answer to
 * a call, or by sync. `onHole` is told of a chat whose next change is missing.
 */
export function createChangeLog(deps: {
  onChange: (change: Change) => void;
  onHole: (state: ChatState) => void;
}) {
  const { onChange, onHole } = deps;

  function apply(state: ChatState, message: Message): void {
    const { rev } = message;
    const isNew = message.seq > state.seq;
    if (isNew) {
      state.seq = message.seq;
      state.tail.append(message);
      if (message.timestamp > state.lastActivity) state.lastActivity = message.timestamp;
    } else {
      state.tail.update(message);
      for (const window of state.detached) window.update(message);
    }
    const isGone = message.deletedAt !== undefined || message.hidden === true;
    onChange({ kind: isGone ? 'deleted' : isNew ? 'created' : 'updated', state, rev, message });
  }

  /** Whether the change came before, in a sync that reached beyond its own revision. */
  function wasAhead(state: ChatState, { id, rev }: Message): boolean {
    return (state.ahead.get(id) ?? 0) >= rev;
  }

  function advance(state: ChatState, rev: number): void {
    state.rev = Math.max(state.rev, rev);
    for (const [id, ahead] of state.ahead) if (ahead <= state.rev) state.ahead.delete(id);
    for (const waiting of state.waiting.keys()) if (waiting <= state.rev) state.waiting.delete(waiting);
  }

  /** Takes what waits, up to the next hole. */
  function drain(state: ChatState): void {
    for (
      let next = state.waiting.get(state.rev + 1);
      next !== undefined;
      next = state.waiting.get(state.rev + 1)
    ) {
      if (!wasAhead(state, next)) apply(state, next);
      advance(state, next.rev);
    }
    if (state.waiting.size > 0) onHole(state);
  }

  return {
    /** A single change, live or from an answer. */
    offer(state: ChatState, message: Message): void {
      if (state.isKnown && message.rev <= state.rev) return;
      if (state.waiting.size >= WAITING_MAX) state.waiting.clear();
      state.waiting.set(message.rev, message);
      if (state.isKnown) drain(state);
      else onHole(state);
    },

    /** A stretch of changes of a chat that is known. */
    applySync(state: ChatState, answer: Pick<SyncChat, 'rev' | 'messages'>): void {
      // Messages that changed later than their successors came still come in the order in which they were written.
      const fresh = answer.messages.filter((message) => message.rev > state.rev && !wasAhead(state, message));
      const created = fresh.filter(({ seq }) => seq > state.seq).sort((a, b) => a.seq - b.seq);
      const changed = fresh.filter(({ seq }) => seq <= state.seq).sort((a, b) => a.rev - b.rev);
      for (const message of [...created, ...changed]) {
        apply(state, message);
        if (message.rev > answer.rev) state.ahead.set(message.id, message.rev);
      }
      advance(state, answer.rev);
      drain(state);
    },

    drain,
  };
}
