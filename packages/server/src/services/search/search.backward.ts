import type { SearchFilter, SearchHit } from '../../models/search.record.js';
import type { SearchStore } from '../../models/search.store.js';

/** Messages that a stretch is meant to have, and that it may have: 5 µs each, besides 10 µs for each chat. */
const STRETCH = { least: 500, most: 3_000, max: 4_000 };
/** How far the first stretch goes back, in milliseconds: few chats have more messages in an hour than a stretch. */
const FIRST_MS = 3_600_000;
/** A stretch is at most so many times as long as the last one; less, once one held too much and had to be shortened. */
const GROWTH = { first: 32, later: 2 };
const SHRINKAGE = 1 / 8;

/**
 * Looks for hits from the newest message backwards, in stretches of time of all chats together. How long a stretch is
 * follows from how many messages and hits the last ones had.
 */
export function createBackwardSearch(
  store: Pick<SearchStore, 'findInStretch'>,
  filter: SearchFilter,
  limit: number,
  newestAt: Date,
) {
  const oldest = filter.after?.getTime() ?? 0;
  const hits: SearchHit[] = [];
  /** Dates of filters are exclusive; the first stretch is open, as the newest message may be newer than is known. */
  let before = filter.before;
  let start = Math.min(newestAt.getTime(), before?.getTime() ?? Number.POSITIVE_INFINITY);
  let width = FIRST_MS;
  let growth = GROWTH.first;
  let looked = 0;
  /** Messages that were read in vain, as their stretch held too much. */
  let wasted = 0;

  /** How many messages have to be looked at for all hits, if they go on to come as they did; never less than that. */
  const expected = () => (looked * limit) / (hits.length + 1);

  function widen(met: number): void {
    const wanted = Math.min(STRETCH.most, Math.max(STRETCH.least, expected() - looked));
    width *= Math.min(growth, wanted / Math.max(1, met));
  }

  return {
    /**
     * The newest hits once they are known; null when it would take more than `messages` that are read. Goes on where
     * it ended.
     */
    async goOn(messages: number): Promise<SearchHit[] | null> {
      while (expected() + wasted <= messages && width >= 1) {
        const from = Math.max(oldest, Math.floor(start - width));
        const stretch = { ...filter, after: new Date(from), before };
        const found = await store.findInStretch(stretch, limit - hits.length, STRETCH.max);
        if (found === null) {
          wasted += STRETCH.max;
          width *= SHRINKAGE;
          growth = GROWTH.later;
          continue;
        }
        looked += found.met;
        hits.push(...found.hits);
        if (hits.length === limit || from === oldest) return hits;
        start = from;
        before = new Date(from + 1);
        widen(found.met);
      }
      return null;
    },
  };
}
