import { type ErrorCode, ParleyError, type SendInput } from '@parley/protocol';
import type { ChatRecord, ChatRef } from '../models/chat.record.js';
import { type ChatStore, pairKeyOf } from '../models/chat.store.js';
import { isMember } from '../policies/chat.policy.js';
import type { Actor } from './actor.js';
import { mergeReads } from './read.merger.js';
import { createRecordCache } from './record.cache.js';

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
  const options = { max: CHATS_MAX, maxAgeMs: Number.POSITIVE_INFINITY };
  const byId = createRecordCache<ChatRef>({
    ...options,
    read: async (ids) => new Map((await store.findMany(ids)).map((chat) => [chat.id, toRef(chat)])),
  });
  const byPair = createRecordCache<ChatRef>({
    ...options,
    read: async (pairKeys) => mapValues(await store.findDirects(pairKeys), toRef),
  });
  const openDirects = mergeReads((pairKeys) => store.openDirects(pairKeys, now()));

  return {
    /**
     * The chat of a send, in the same turn, when it is known and the actor is in it; undefined where only `require` or
     * `openDirect` can tell. Most sends go to a known chat, and each promise on their way is a frame that is kept.
     */
    findKnown(actor: Actor, { chatId, to }: Pick<SendInput, 'chatId' | 'to'>): ChatRef | undefined {
      if (chatId === undefined)
        return to === undefined ? undefined : byPair.getKept(pairKeyOf(actor.userId, to));
      const chat = byId.getKept(chatId);
      return chat !== undefined && isMember(actor.userId, chat) ? chat : undefined;
    },

    /** A chat that the actor is in. A foreign chat answers like one that does not exist, with `code`. */
    async require(actor: Actor, chatId: string, code: ErrorCode = 'chat_not_found'): Promise<ChatRef> {
      const chat = await byId.get(chatId);
      if (chat === undefined || !isMember(actor.userId, chat)) throw new ParleyError(code);
      return chat;
    },

    /** Of these chats, those that the actor is in. */
    async memberOf(actor: Actor, chatIds: readonly string[]): Promise<Map<string, ChatRef>> {
      const refs = await byId.getMany(chatIds);
      return new Map(
        chatIds.flatMap((chatId) => {
          const chat = refs.get(chatId);
          return chat !== undefined && isMember(actor.userId, chat) ? [[chatId, chat]] : [];
        }),
      );
    },

    /** The direct chat with another user; null when nobody has written. Throws `user_not_found`. */
    async findDirect(actor: Actor, otherId: string): Promise<ChatRef | null> {
      const chat = await byPair.get(pairKeyOf(actor.userId, otherId));
      if (chat === undefined && !(await userExists(otherId))) throw new ParleyError('user_not_found');
      return chat ?? null;
    },

    /** The direct chat with another user, made if need be. Throws `user_not_found`, `cannot_message_self`. */
    async openDirect(actor: Actor, otherId: string): Promise<ChatRef> {
      if (otherId === actor.userId) throw new ParleyError('cannot_message_self');
      const existing = await this.findDirect(actor, otherId);
      if (existing !== null) return existing;
      const pairKey = pairKeyOf(actor.userId, otherId);
      const opened = (await openDirects([pairKey])).get(pairKey);
      if (opened === undefined) throw new Error('A direct chat was opened and is not there');
      return toRef(opened);
    },
  };
}

/** What stays as it is. */
function toRef({ id, kind, participants }: ChatRecord): ChatRef {
  return { id, kind, participants };
}

function mapValues<A, B>(map: ReadonlyMap<string, A>, change: (value: A) => B): Map<string, B> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
