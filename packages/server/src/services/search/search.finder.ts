import type { SearchFilter, SearchHit, TokenCondition } from '../../models/search.record.js';
import { MERGED_CHATS_MAX, type SearchStore } from '../../models/search.store.js';

/** Entries that a word may have to count as rare: 10 ms of the engine. */
const FEW_MAX = 2_000;
/** Words of a query that are tried for being rare. */
const TRIES_MAX = 3;
/**
 * Messages of a group of chats that are looked at in order of time: first few, as the engine reads them all before it
 * looks at the first (up to 4 MB of them), then more; 5 µs each.
 */
const NEWEST_STEPS = [500, 2_000, 8_000];

/**
 * Finds the newest hits in a time that does not grow with their number (docs/decisions/0005). A word that few
 * messages have is looked up in the index of tokens. When every word is frequent, hits lie close together, so the
 * newest messages are gone through until there are enough. Only when that fails, because all hits are old or the
 * words never come together, is every message with the first word looked at.
 */
export function createSearchFinder(
  store: Pick<SearchStore, 'findAmongFew' | 'findAmongNewest' | 'findAmongAll'>,
) {
  async function findRare(filter: SearchFilter, limit: number): Promise<SearchHit[] | null> {
    for (const condition of filter.conditions.slice(0, TRIES_MAX)) {
      const hits = await store.findAmongFew(
        { ...filter, conditions: startWith(condition, filter) },
        limit,
        FEW_MAX,
      );
      if (hits !== null) return hits;
    }
    return null;
  }

  async function findNewestOf(filter: SearchFilter, limit: number): Promise<SearchHit[] | null> {
    for (const max of NEWEST_STEPS) {
      const hits = await store.findAmongNewest(filter, limit, max);
      if (hits !== null) return hits;
    }
    return null;
  }

  async function findNewest(filter: SearchFilter, limit: number): Promise<SearchHit[] | null> {
    let hits: SearchHit[] = [];
    let { after } = filter;
    for (let start = 0; start < filter.chatIds.length; start += MERGED_CHATS_MAX) {
      const chatIds = filter.chatIds.slice(start, start + MERGED_CHATS_MAX);
      const more = await findNewestOf({ ...filter, chatIds, after }, limit);
      if (more === null) return null;
      hits = [...hits, ...more].sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, limit);
      // Of the chats that follow, only what is newer still counts.
      if (hits.length === limit) after = hits.at(-1)?.at;
    }
    return hits;
  }

  return {
    /** The newest `limit` hits, the newest first. */
    async find(filter: SearchFilter, limit: number): Promise<SearchHit[]> {
      return (
        (await findRare(filter, limit)) ??
        (await findNewest(filter, limit)) ??
        (await store.findAmongAll(filter, limit))
      );
    },
  };
}

function startWith(condition: TokenCondition, { conditions }: SearchFilter): TokenCondition[] {
  return [condition, ...conditions.filter((other) => other !== condition)];
}
