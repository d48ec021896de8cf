import type { Message, SyncChat } from '@parley/protocol';
import type { ChatState } from './chat.state.js';

/** What happened to a message. */
export type ChangeKind = 'created' | 'updated' | 'deleted';

/** Told of one change of a chat, once; `isNew` when the message was not known before, deleted or not. */
export type ChangeListener = (kind: ChangeKind, state: ChatState, message: Message, isNew: boolean) => void;

/** Changes that wait behind a hole, per chat; what is beyond it comes by sync anyway. */
const WAITING_MAX = 500;

export type ChangeLog = ReturnType<typeof createChangeLog>;

/**
 * Applies the changes of chats in order of revision, each of them once, whichever way it came: live, as the answer to
 * a call, or by sync. `onHole` is told when the next change of a chat is missing.
 */
export function createChangeLog(onChange: ChangeListener, onHole: () => void) {
  function apply(state: ChatState, message: Message): void {
    const isNew = message.seq > state.seq;
    if (isNew) {
      state.seq = message.seq;
      state.tail.append(message);
      if (message.timestamp > state.lastActivity) state.lastActivity = message.timestamp;
    } else for (const window of [state.tail, ...state.detached]) window.update(message);
    if (message.hidden) state.noteHidden(message.id);
    const isGone = message.deletedAt || message.hidden;
    onChange(isGone ? 'deleted' : isNew ? 'created' : 'updated', state, message, isNew);
  }

  /** Whether the change came before, in a sync that reached beyond its own revision. */
  function wasAhead(state: ChatState, { id, rev }: Message): boolean {
    return state.ahead.get(id)! >= rev;
  }

  function advance(state: ChatState, rev: number): void {
    state.rev = Math.max(state.rev, rev);
    for (const [id, ahead] of state.ahead) if (ahead <= state.rev) state.ahead.delete(id);
    for (const [waiting] of state.waiting) if (waiting <= state.rev) state.waiting.delete(waiting);
  }

  /** Takes what waits, up to the next hole. */
  function drain(state: ChatState): void {
    for (let next = state.waiting.get(state.rev + 1); next; next = state.waiting.get(state.rev + 1)) {
      if (!wasAhead(state, next)) apply(state, next);
      advance(state, next.rev);
    }
    if (state.waiting.size > 0) onHole();
  }

  return {
    drain,

    /** A single change, live or from an answer. */
    offer(state: ChatState, message: Message): void {
      if (message.rev <= state.rev) return;
      if (state.waiting.size >= WAITING_MAX) state.waiting.clear();
      state.waiting.set(message.rev, message);
      if (state.isKnown) drain(state);
      else onHole();
    },

    /** A stretch of changes of a chat that is known. */
    applySync(state: ChatState, answer: Pick<SyncChat, 'rev' | 'messages'>): void {
      const fresh = answer.messages.filter((message) => message.rev > state.rev && !wasAhead(state, message));
      const { seq } = state;
      // Messages that changed later than their successors came still come in the order in which they were written.
      const created = fresh.filter((message) => message.seq > seq).sort((a, b) => a.seq - b.seq);
      const changed = fresh.filter((message) => message.seq <= seq).sort((a, b) => a.rev - b.rev);
      for (const message of [...created, ...changed]) {
        apply(state, message);
        if (message.rev > answer.rev) state.ahead.set(message.id, message.rev);
      }
      advance(state, answer.rev);
      drain(state);
    },
  };
}
