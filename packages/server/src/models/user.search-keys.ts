/** A name has at most 80 characters; past this many words it is no name that anyone searches by its tail. */
const WORDS_MAX = 12;

/**
 * The greatest code point. MongoDB compares strings by their UTF-8 bytes, so that everything which begins with a
 * prefix lies between the prefix and the prefix followed by this.
 */
const LAST_CODE_POINT = '\u{10FFFF}';

/** How names and queries are compared: compatibility forms made one (full-width letters), lower case, single spaces. */
export function normalizeForSearch(value: string): string {
  return value.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
}

/**
 * What a user is found by: the username, and the name from the beginning of each of its words to its end. A prefix of
 * one of these is a prefix of the username, of the name, of any word of it, or of several words in a row.
 */
export function makeSearchKeys(username: string, name: string): string[] {
  const whole = normalizeForSearch(name);
  const keys = new Set([normalizeForSearch(username), whole]);
  // A word begins at a letter or digit that follows something else.
  let words = 0;
  for (const { index } of whole.matchAll(/(?<![\p{L}\p{N}\p{M}])[\p{L}\p{N}]/gu)) {
    words += 1;
    if (words > WORDS_MAX) break;
    keys.add(whole.slice(index));
  }
  keys.delete('');
  return [...keys];
}

/** The range of keys that begin with the query, or null for a query with nothing to search for. */
export function rangeOfPrefix(query: string): { $gte: string; $lt: string } | null {
  const prefix = normalizeForSearch(query);
  return prefix === '' ? null : { $gte: prefix, $lt: prefix + LAST_CODE_POINT };
}
