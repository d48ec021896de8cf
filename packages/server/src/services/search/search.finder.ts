import type { SearchFilter, SearchHit, TokenCondition } from '../../models/search.record.js';
import type { SearchStore } from '../../models/search.store.js';
import { createBackwardSearch } from './search.backward.js';

/**
 * What is tried, the cheapest first: entries that a word may have to count as rare (5 µs each, and 10 µs for a chat),
 * words that are tried for it, and messages that may have to be read from the newest backwards. With a thousand chats
 * a round costs at most 60 and 150 ms of the engine; most searches end in the middle of the first one.
 */
const ROUNDS = [
  { few: 1_000, words: 3, messages: 4_000 },
  { few: 6_000, words: 1, messages: 16_000 },
];

/**
 * Finds the newest hits in a time that does not grow with their number (docs/decisions/0005). A word that few
 * messages have is looked up in the index of tokens. When every word is frequent, hits lie close together, so the
 * newest messages are gone through until there are enough. Only when both fail, twice, is every message with the
 * first word looked at.
 */
export function createSearchFinder(
  store: Pick<SearchStore, 'findAmongFew' | 'findInStretch' | 'findAmongAll'>,
) {
  async function findRare(
    filter: SearchFilter,
    limit: number,
    { few, words }: (typeof ROUNDS)[number],
  ): Promise<SearchHit[] | null> {
    for (const condition of filter.conditions.slice(0, words)) {
      const hits = await store.findAmongFew(
        { ...filter, conditions: startWith(condition, filter) },
        limit,
        few,
      );
      if (hits !== null) return hits;
    }
    return null;
  }

  return {
    /** The newest `limit` hits, the newest first; `newestAt` is about when the newest message of the chats came. */
    async find(filter: SearchFilter, limit: number, newestAt: Date): Promise<SearchHit[]> {
      const backward = createBackwardSearch(store, filter, limit, newestAt);
      for (const round of ROUNDS) {
        const hits = (await findRare(filter, limit, round)) ?? (await backward.goOn(round.messages));
        if (hits !== null) return hits;
      }
      return store.findAmongAll(filter, limit);
    },
  };
}

function startWith(condition: TokenCondition, { conditions }: SearchFilter): TokenCondition[] {
  return [condition, ...conditions.filter((other) => other !== condition)];
}
