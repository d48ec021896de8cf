import { LOBBY_CHAT_ID, limits } from '@parley/protocol';
import type { ChatStore } from '../../models/chat.store.js';
import type { MessageReader } from '../../models/message.reader.js';
import type { MessageRecord } from '../../models/message.record.js';
import type { SearchStore } from '../../models/search.store.js';
import { isHiddenFor } from '../../policies/chat.policy.js';
import type { ChatDirectory } from '../chat.directory.js';
import type { SearchQuery } from '../contracts.js';
import type { MessageSearch } from '../message.search.js';
import { createSearchQueue, QUEUE_MAX } from './search.queue.js';
import { parseQuery } from './search.terms.js';

/** Candidates that are compared with their texts, the newest first. */
const CANDIDATES_MAX = 1_000;

export interface MessageSearchDeps {
  store: SearchStore;
  chats: Pick<ChatDirectory, 'require'>;
  chatStore: Pick<ChatStore, 'idsOf'>;
  reader: Pick<MessageReader, 'findByIds'>;
  /** Told of failures that no caller waits for. */
  onError: (error: unknown) => void;
}

/** The search, and what a start needs of it. */
export interface IndexedMessageSearch extends MessageSearch {
  /** Indexes what a crash left out. The first search waits for it; call it at the start so that none has to. */
  heal(): Promise<void>;
}

/** Finds messages by the words in them, from an index of tokens that trails the messages by a moment. */
export function createMessageSearch({
  store,
  chats,
  chatStore,
  reader,
  onError,
}: MessageSearchDeps): IndexedMessageSearch {
  const queue = createSearchQueue(store, onError);
  let healed: Promise<void> | null = null;

  async function healNow(): Promise<void> {
    for (const message of await store.findUnindexed(QUEUE_MAX)) queue.note(message);
    await queue.flush();
  }

  function heal(): Promise<void> {
    healed ??= healNow().catch((error: unknown) => {
      healed = null;
      throw error;
    });
    return healed;
  }

  return {
    heal,

    async find(actor, query) {
      const terms = parseQuery(query.q);
      if (query.chatId !== undefined) await chats.require(actor, query.chatId);
      if (terms.conditions.length === 0) return [];
      await heal();
      const chatIds =
        query.chatId !== undefined
          ? [query.chatId]
          : [...(await chatStore.idsOf(actor.userId, limits.syncChatsMax)), LOBBY_CHAT_ID];
      const mine = new Set(chatIds);
      const isWanted = (message: MessageRecord) =>
        mine.has(message.chatId) &&
        message.deletedAt === undefined &&
        !isHiddenFor(actor.userId, message) &&
        isWithin(message, query) &&
        terms.matches(message.content);

      // Before the index is asked: what leaves the queue meanwhile is in the index already.
      const waiting = new Map(
        [...queue.waiting()].filter(({ chatId }) => mine.has(chatId)).map((message) => [message.id, message]),
      );
      const found = [...waiting.values()].filter(isWanted);
      const filter = {
        chatIds,
        conditions: terms.conditions,
        sender: query.from,
        before: query.before,
        after: query.after,
      };
      const candidates = (await store.find(filter, CANDIDATES_MAX)).filter((id) => !waiting.has(id));
      for (let start = 0, kept = 0; start < candidates.length && kept < query.limit; start += query.limit) {
        const messages = await reader.findByIds(candidates.slice(start, start + query.limit));
        const wanted = [...messages.values()].filter(isWanted);
        kept += wanted.length;
        found.push(...wanted);
      }
      return found.sort(newestFirst).slice(0, query.limit);
    },

    note: (message) => queue.note(message),
    close: () => queue.close(),
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
