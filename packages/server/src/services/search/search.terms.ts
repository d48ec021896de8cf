import { limits } from '@parley/protocol';
import type { TokenCondition } from '../../models/search.store.js';
import { clipToken, pairsOf, splitText } from './text.tokens.js';

/** A query, understood. */
export interface SearchTerms {
  /** What the index is asked for; the most telling first, at most `searchTermsMax`; empty when there is no word in the query. */
  conditions: TokenCondition[];
  /** Whether a text has everything that the query names, also what is not in `conditions`. */
  matches: (content: string) => boolean;
}

/**
 * Reads a query as plain text: every word must be there, as the beginning of a word; of scripts without spaces the
 * very characters, anywhere. Nothing in a query is an operator.
 */
export function parseQuery(query: string): SearchTerms {
  const { words, runs, signs } = splitText(query);
  const prefixes = [...new Set(words)].sort((a, b) => b.length - a.length);
  const conditions: TokenCondition[] = [
    ...runs.flatMap((run) => pairsOf(run, false)).map((token) => ({ token })),
    ...signs.map((token) => ({ token })),
    ...prefixes.map((word) => ({ prefix: clipToken(word) })),
    ...runs.filter((run) => [...run].length === 1).map((prefix) => ({ prefix })),
  ];
  return {
    conditions: conditions.slice(0, limits.searchTermsMax),
    matches(content) {
      const pieces = splitText(content);
      return (
        prefixes.every((prefix) => pieces.words.some((word) => word.startsWith(prefix))) &&
        runs.every((run) => pieces.runs.some((text) => text.includes(run))) &&
        signs.every((sign) => pieces.signs.includes(sign))
      );
    },
  };
}
