/** What a name without a single Latin letter or digit becomes. */
const FALLBACK = 'user';

/**
 * A username made of a display name: its Latin letters and digits in lower case, without accents, at most `max`
 * characters.
 */
export function makeUsername(name: string, max: number): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, max);
  return slug.length < 2 ? FALLBACK : slug;
}

/**
 * The `attempt`-th username to try, from 0: the base itself, then with a number of growing length, so that the
 * hundredth John Smith needs no hundred attempts. `random` is from 0 to below 1.
 */
export function numberUsername(base: string, attempt: number, random: number, max: number): string {
  if (attempt === 0) return base;
  const [least, most] = [10 ** (attempt - 1), 10 ** attempt];
  const number = String(Math.max(2, Math.floor(least + random * (most - least))));
  return base.slice(0, max - number.length) + number;
}
