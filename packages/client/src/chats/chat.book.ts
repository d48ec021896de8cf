import type { Chat } from '@parley/protocol';
import { ChatState, draftKey } from './chat.state.js';

/** Which chat is meant: by its id, or by the person one writes to. */
export type ChatTarget = { chatId: string } | { userId: string };

export type ChatBook = ReturnType<typeof createChatBook>;

/** All chats of the signed-in user: those that the server told of, and those that are about to begin. */
export function createChatBook(userId: string) {
  /** By id or draft key; one state may have been found under both. */
  const states = new Map<string, ChatState>();

  function byId(id: string): ChatState {
    const state = states.get(id) ?? ChatState.withId(id);
    states.set(id, state);
    return state.current;
  }

  function byPeer(peerId: string): ChatState {
    const key = draftKey(peerId);
    const state = states.get(key) ?? ChatState.withPeer(peerId);
    states.set(key, state);
    return state.current;
  }

  /** The state of a chat with this id and this other person; two of them become one. */
  function join(id: string, peerId: string): ChatState {
    const known = states.get(id)?.current;
    const draft = states.get(draftKey(peerId))?.current;
    const state = draft ?? known ?? ChatState.withId(id);
    if (known !== undefined && known !== state) {
      for (const [rev, message] of known.waiting) state.waiting.set(rev, message);
      state.openCount += known.openCount;
      known.mergedInto = state;
    }
    state.id = id;
    state.peerId = peerId;
    states.set(id, state);
    states.set(draftKey(peerId), state);
    return state;
  }

  return {
    byId,
    byPeer,
    join,

    /** The state of a target; made when there is none. A draft key counts as an id. */
    open(target: ChatTarget): ChatState {
      if ('userId' in target) return byPeer(target.userId);
      const { chatId } = target;
      return chatId.startsWith(draftKey('')) ? byPeer(chatId.slice(draftKey('').length)) : byId(chatId);
    },

    find: (key: string): ChatState | undefined => states.get(key)?.current,

    /** The state of a chat as the server describes it. */
    ofChat(chat: Chat): ChatState {
      const peer = chat.isGroup ? undefined : chat.participants.find(({ id }) => id !== userId);
      const state = peer === undefined ? byId(chat.id) : join(chat.id, peer.id);
      state.describe(chat, userId);
      return state;
    },

    remove(state: ChatState): void {
      for (const [key, held] of states) if (held.current === state) states.delete(key);
    },

    /** Each state once. */
    all: (): ReadonlySet<ChatState> => new Set([...states.values()].map(({ current }) => current)),

    /** Chats that the server told of. */
    known: (): ChatState[] =>
      [...new Set(states.values())].filter((state) => state.isKnown && state.mergedInto === null),
  };
}
