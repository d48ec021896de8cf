import { type ErrorCode, ParleyError } from '@parley/protocol';
import { LRUCache } from 'lru-cache';
import type { ChatRecord, ChatRef } from '../models/chat.record.js';
import type { ChatStore } from '../models/chat.store.js';
import { isMember } from '../policies/chat.policy.js';
import type { Actor } from './actor.js';

/** Chats whose members are kept: about 300 bytes each. */
const CHATS_MAX = 50_000;

export interface ChatDirectoryDeps {
  store: ChatStore;
  /** Whether there is an active user with this id. */
  userExists: (userId: string) => Promise<boolean>;
  now: () => Date;
}

export type ChatDirectory = ReturnType<typeof createChatDirectory>;

/** Which chat is meant, and may the actor be there: the door to every chat, cached because members never change yet. */
export function createChatDirectory({ store, userExists, now }: ChatDirectoryDeps) {
  const byId = new LRUCache<string, ChatRef>({ max: CHATS_MAX });
  const byPair = new LRUCache<string, ChatRef>({ max: CHATS_MAX });

  function keep(chat: ChatRecord): ChatRef {
    const ref: ChatRef = byId.get(chat.id) ?? {
      id: chat.id,
      kind: chat.kind,
      participants: chat.participants,
    };
    byId.set(ref.id, ref);
    return ref;
  }

  const pairOf = (a: string, b: string) => (a < b ? `${a}:${b}` : `${b}:${a}`);

  return {
    /** A chat that the actor is in. A foreign chat answers like one that does not exist, with `code`. */
    async require(actor: Actor, chatId: string, code: ErrorCode = 'chat_not_found'): Promise<ChatRef> {
      let chat = byId.get(chatId);
      if (chat === undefined) {
        const found = await store.findById(chatId);
        if (found !== null) chat = keep(found);
      }
      if (chat === undefined || !isMember(actor.userId, chat)) throw new ParleyError(code);
      return chat;
    },

    /** Of these chats, those that the actor is in. */
    async memberOf(actor: Actor, chatIds: readonly string[]): Promise<Map<string, ChatRef>> {
      const missing = chatIds.filter((chatId) => !byId.has(chatId));
      for (const chat of await store.findMany(missing)) keep(chat);
      const refs = chatIds.flatMap((chatId) => byId.get(chatId) ?? []);
      return new Map(refs.filter((chat) => isMember(actor.userId, chat)).map((chat) => [chat.id, chat]));
    },

    /** The direct chat with another user; null when nobody has written. Throws `user_not_found`. */
    async findDirect(actor: Actor, otherId: string): Promise<ChatRef | null> {
      const pair = pairOf(actor.userId, otherId);
      const kept = byPair.get(pair);
      if (kept !== undefined) return kept;
      const found = await store.findDirect(actor.userId, otherId);
      if (found === null) {
        if (!(await userExists(otherId))) throw new ParleyError('user_not_found');
        return null;
      }
      const chat = keep(found);
      byPair.set(pair, chat);
      return chat;
    },

    /** The direct chat with another user, made if need be. Throws `user_not_found`, `cannot_message_self`. */
    async openDirect(actor: Actor, otherId: string): Promise<ChatRef> {
      if (otherId === actor.userId) throw new ParleyError('cannot_message_self');
      const existing = await this.findDirect(actor, otherId);
      if (existing !== null) return existing;
      const chat = keep(await store.findOrCreateDirect(actor.userId, otherId, now()));
      byPair.set(pairOf(actor.userId, otherId), chat);
      return chat;
    },
  };
}
