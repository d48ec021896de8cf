import type { Chat, User } from '@parley/protocol';
import { ChatState, DRAFT } from './chat.state.js';

/** Which chat is meant: by its id, or by the person one writes to. */
export type ChatTarget = { chatId: string } | { userId: string };

/** What tells who is in a chat. */
type Description = Pick<Chat, 'id' | 'isGroup' | 'groupName'> & { participants: Pick<User, 'id'>[] };

export type ChatBook = ReturnType<typeof createChatBook>;

/** All chats of the signed-in user: those that the server told of, and those that are about to begin. */
export function createChatBook(userId: string) {
  /** By id and by draft key; one state may be found under both. */
  const states = new Map<string, ChatState>();

  /** The state of a key; made when there is none. */
  function open(key: string): ChatState {
    let state = states.get(key)?.current;
    if (!state) {
      const isDraft = key.startsWith(DRAFT);
      state = new ChatState(isDraft ? null : key, isDraft ? key.slice(DRAFT.length) : null);
      states.set(key, state);
    }
    return state;
  }

  /** The state of a chat with this id and this other person; two of them become one. */
  function join(id: string, peerId: string): ChatState {
    const draftKey = DRAFT + peerId;
    const known = states.get(id)?.current;
    const state = states.get(draftKey)?.current ?? known ?? open(id);
    if (known && known !== state) {
      for (const [rev, message] of known.waiting) state.waiting.set(rev, message);
      state.mergeMarks([...known.marks].map(([userId, mark]) => ({ userId, ...mark })));
      state.openCount += known.openCount;
      known.mergedInto = state;
    }
    state.id = id;
    state.peerId = peerId;
    states.set(id, state).set(draftKey, state);
    return state;
  }

  return {
    join,
    byId: open,
    open: (target: ChatTarget) => open('userId' in target ? DRAFT + target.userId : target.chatId),
    find: (key: string) => states.get(key)?.current,

    /** The state of a chat as the server describes it. */
    describe(chat: Description): ChatState {
      const peer = chat.isGroup ? undefined : chat.participants.find(({ id }) => id !== userId);
      const state = peer ? join(chat.id, peer.id) : open(chat.id);
      state.describe(chat);
      return state;
    },

    remove(state: ChatState): void {
      for (const [key, held] of states) if (held.current === state) states.delete(key);
    },

    /** Each state once. */
    all: () => [...new Set([...states.values()].map(({ current }) => current))],
  };
}
