import { LOBBY_CHAT_ID, limits, ParleyError } from '@parley/protocol';
import type { ChatStore } from '../../models/chat.store.js';
import type { MessageReader } from '../../models/message.reader.js';
import type { MessageRecord } from '../../models/message.record.js';
import type { SearchFilter, SearchHit } from '../../models/search.record.js';
import type { SearchStore } from '../../models/search.store.js';
import { isHiddenFor } from '../../policies/chat.policy.js';
import type { Actor } from '../actor.js';
import type { ChatDirectory } from '../chat.directory.js';
import type { SearchQuery } from '../contracts.js';
import type { MessageSearch } from '../message.search.js';
import type { WritePace } from '../write.pace.js';
import { createSearchFinder } from './search.finder.js';
import { createSearchKeeper } from './search.keeper.js';
import { createSearchQueue } from './search.queue.js';
import { parseQuery } from './search.terms.js';

/** Chats that are searched at once, the most recently active: as many as a client may sync. */
const CHATS_MAX = limits.syncChatsMax;
/**
 * Hits that are compared with their texts: first so many times the messages asked for, then more, at most this
 * number. Hits that do not hold are rare: hidden or edited messages, long words, characters that are not in a row.
 */
const HITS_GROWTH = [1, 4, 16];
const HITS_MAX = 1_000;
/** MaxTimeMSExpired. */
const TIME_LIMIT_CODE = 50;

export interface MessageSearchDeps {
  store: SearchStore;
  chats: Pick<ChatDirectory, 'require'>;
  chatStore: Pick<ChatStore, 'headsOf' | 'findMany'>;
  reader: Pick<MessageReader, 'findByIds'>;
  /** Told of failures that no caller waits for. */
  onError: (error: unknown) => void;
  pace: () => WritePace;
}

/** The search, and what a start needs of it. */
export interface IndexedMessageSearch extends MessageSearch {
  /** Indexes what a crash left out. Call it once, at the start; what is much comes while the server serves. */
  heal(): Promise<void>;
}

/** Finds messages by the words in them, from an index of tokens that trails the messages by a moment. */
export function createMessageSearch(deps: MessageSearchDeps): IndexedMessageSearch {
  const { store, chats, chatStore, reader, onError, pace } = deps;
  const queue = createSearchQueue({ write: store.write, onError, pace, onRoom: () => keeper.catchUp() });
  const keeper = createSearchKeeper({ store, queue, onError });
  const finder = createSearchFinder(store);

  /** The chats that are searched, and about when the newest message in them came. */
  async function groundOf(
    actor: Actor,
    chatId: string | undefined,
  ): Promise<{ chatIds: string[]; newestAt: Date }> {
    const { id } = await chats.require(actor, chatId ?? LOBBY_CHAT_ID);
    const [named, own] = await Promise.all([
      chatStore.findMany([id]),
      chatId === undefined ? chatStore.headsOf(actor.userId, CHATS_MAX) : [],
    ]);
    // A chat in which nobody has written counts as active when it was opened.
    const active = [...named, ...own].filter(({ lastSeq }) => lastSeq > 0);
    const newest = Math.max(0, ...active.map(({ lastActivity }) => lastActivity.getTime()));
    return { chatIds: [...own.map((head) => head.id), id], newestAt: new Date(newest) };
  }

  async function findHits(filter: SearchFilter, limit: number, newestAt: Date): Promise<SearchHit[]> {
    try {
      return await finder.find(filter, limit, newestAt);
    } catch (error) {
      if ((error as { code?: unknown }).code !== TIME_LIMIT_CODE) throw error;
      const detail = 'The search takes too long; name a chat, a date or another word';
      throw new ParleyError('server_busy', { detail, retryAfterSeconds: 1 }, { cause: error });
    }
  }

  /** The newest messages of the index that are wanted. */
  async function findIndexed(
    filter: SearchFilter,
    limit: number,
    newestAt: Date,
    isWanted: (message: MessageRecord) => boolean,
  ): Promise<MessageRecord[]> {
    const wanted = new Map<string, MessageRecord>();
    let compared = 0;
    for (const growth of HITS_GROWTH) {
      const hits = await findHits(filter, Math.min(HITS_MAX, limit * growth), newestAt);
      const found = await reader.findByIds(hits.slice(compared).map(({ id }) => id));
      for (const [id, message] of found) if (isWanted(message)) wanted.set(id, message);
      if (wanted.size >= limit || hits.length < limit * growth) break;
      compared = hits.length;
    }
    return [...wanted.values()];
  }

  return {
    heal: () => keeper.heal(),

    async find(actor, query) {
      const { conditions, matches } = parseQuery(query.q);
      const { chatIds, newestAt } = await groundOf(actor, query.chatId);
      if (conditions.length === 0) return [];
      const mine = new Set(chatIds);
      // Before the index is asked: what leaves the queue meanwhile is in the index already.
      const waiting = new Map<string, MessageRecord>();
      for (const message of queue.waiting()) if (mine.has(message.chatId)) waiting.set(message.id, message);

      const isWanted = (message: MessageRecord) =>
        message.deletedAt === undefined &&
        !isHiddenFor(actor.userId, message) &&
        isWithin(message, query) &&
        matches(message.content);
      const { from: sender, before, after, limit } = query;
      const filter = { chatIds, conditions, sender, before, after };
      const indexed = await findIndexed(
        filter,
        limit,
        newestAt,
        (message) => !waiting.has(message.id) && isWanted(message),
      );
      return [...[...waiting.values()].filter(isWanted), ...indexed].sort(newestFirst).slice(0, limit);
    },

    note: (message) => queue.note(message),

    async close() {
      await keeper.stop();
      await queue.close();
      await keeper.leave();
    },
  };
}

function isWithin(message: MessageRecord, { from, before, after }: SearchQuery): boolean {
  return (
    (from === undefined || message.sender === from) &&
    (before === undefined || message.createdAt < before) &&
    (after === undefined || message.createdAt > after)
  );
}

function newestFirst(a: MessageRecord, b: MessageRecord): number {
  return b.createdAt.getTime() - a.createdAt.getTime() || b.seq - a.seq;
}
