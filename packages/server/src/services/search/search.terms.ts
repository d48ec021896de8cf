import { limits } from '@parley/protocol';
import type { TokenCondition } from '../../models/search.record.js';
import { clipToken, pairsOf, splitText } from './text.tokens.js';

/** A query, understood. */
export interface SearchTerms {
  /**
   * What the index is asked for: the most telling first, at most `searchTermsMax`; empty when the query has no word.
   * What is beyond that number is left to `matches`, so that every word counts.
   */
  conditions: TokenCondition[];
  /** Whether a text has everything that the query names. */
  matches: (content: string) => boolean;
}

/**
 * Reads a query as plain text: every word must be there, as the beginning of a word; of scripts without spaces the
 * very characters, anywhere; every emoji. Nothing in a query is an operator.
 */
export function parseQuery(query: string): SearchTerms {
  const pieces = splitText(query);
  const words = [...new Set(pieces.words)].sort((a, b) => b.length - a.length);
  const runs = [...new Set(pieces.runs)];
  const signs = [...new Set(pieces.signs)];
  const pairs = new Set(runs.flatMap((run) => pairsOf(run)));
  const conditions: TokenCondition[] = [
    ...[...pairs].map((token) => ({ token })),
    ...[...new Set(words.map(clipToken))].map((prefix) => ({ prefix })),
    ...signs.map((token) => ({ token })),
    // A single character: the beginning of a pair.
    ...runs.filter((run) => pairsOf(run).length === 0).map((prefix) => ({ prefix })),
  ];
  return {
    conditions: conditions.slice(0, limits.searchTermsMax),
    matches(content) {
      const text = splitText(content);
      return (
        words.every((prefix) => text.words.some((word) => word.startsWith(prefix))) &&
        runs.every((run) => text.runs.some((stretch) => stretch.includes(run))) &&
        signs.every((sign) => text.signs.includes(sign))
      );
    },
  };
}
