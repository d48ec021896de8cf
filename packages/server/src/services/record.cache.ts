import { createBoundedCache } from './bounded.cache.js';
import { mergeReads, type ReadMany } from './read.merger.js';

/** Values read by key and kept for a while. */
export interface RecordCache<V extends NonNullable<unknown>> {
  get(key: string): Promise<V | undefined>;
  /** What `get` would give at once; undefined where it would have to read. */
  getKept(key: string): V | undefined;
  /** Those that exist; what is missing is read in one go. */
  getMany(keys: Iterable<string>): Promise<Map<string, V>>;
  /** Forgets a value; a read on its way that could still bring the old one is made again. */
  drop(key: string): void;
  /** Changes a value that is kept, after storage was changed the same way; a read on its way is made again. */
  amend(key: string, change: (value: V) => V): void;
}

export interface RecordCacheOptions<V> {
  /** Entries; the least recently used one gives way. */
  max: number;
  /** Milliseconds after which a value is read again, in case that nobody told of a change. */
  maxAgeMs: number;
  /** Reads those that exist; reads that come at the same time are merged. What does not exist is not kept. */
  read: ReadMany<V>;
  /** Milliseconds since 1970; default `Date.now`. */
  now?: () => number;
}

/** One query on its way, and the keys of it that were dropped since it began. */
interface Reading<V> {
  values: Promise<Map<string, V>>;
  overtaken: Set<string>;
}

/** Reads that are overtaken again and again are taken as they are after this many, and not kept. */
const READS_MAX = 4;

/**
 * A bounded cache with exact invalidation: `get` never gives what was true only before a `drop` that came before the
 * call, nor what a `drop` overtook while it was being read. Callers who want the same key share one read.
 */
export function createRecordCache<V extends NonNullable<unknown>>(
  options: RecordCacheOptions<V>,
): RecordCache<V> {
  const { max, maxAgeMs, now = Date.now } = options;
  const read = mergeReads(options.read);
  const entries = createBoundedCache<{ value: V; readAt: number }>(max);
  const readings = new Map<string, Reading<V>>();

  function begin(keys: string[]): Reading<V> {
    // The age counts from the question, not from the answer.
    const readAt = now();
    const overtaken = new Set<string>();
    const values = read(keys)
      .then((found) => {
        for (const [key, value] of found) if (!overtaken.has(key)) entries.set(key, { value, readAt });
        return found;
      })
      .finally(() => {
        for (const key of keys) if (readings.get(key) === reading) readings.delete(key);
      });
    const reading: Reading<V> = { values, overtaken };
    for (const key of keys) readings.set(key, reading);
    return reading;
  }

  async function load(keys: string[], found: Map<string, V>, reads: number): Promise<void> {
    const parts = new Map<Reading<V>, string[]>();
    const unread: string[] = [];
    for (const key of keys) {
      const reading = readings.get(key);
      if (reading === undefined) unread.push(key);
      else parts.set(reading, [...(parts.get(reading) ?? []), key]);
    }
    if (unread.length > 0) parts.set(begin(unread), unread);
    const again: string[] = [];
    await Promise.all(
      [...parts].map(async ([reading, wanted]) => {
        const values = await reading.values;
        for (const key of wanted) {
          const value = values.get(key);
          if (reading.overtaken.has(key) && reads < READS_MAX) again.push(key);
          else if (value !== undefined) found.set(key, value);
        }
      }),
    );
    if (again.length > 0) await load(again, found, reads + 1);
  }

  async function getMany(keys: Iterable<string>): Promise<Map<string, V>> {
    const found = new Map<string, V>();
    const missing: string[] = [];
    const oldest = now() - maxAgeMs;
    for (const key of new Set(keys)) {
      const entry = entries.get(key);
      if (entry !== undefined && entry.readAt > oldest) found.set(key, entry.value);
      else missing.push(key);
    }
    if (missing.length > 0) await load(missing, found, 1);
    return found;
  }

  function overtake(key: string): void {
    readings.get(key)?.overtaken.add(key);
    readings.delete(key);
  }

  function getKept(key: string): V | undefined {
    const entry = entries.get(key);
    return entry !== undefined && entry.readAt > now() - maxAgeMs ? entry.value : undefined;
  }

  return {
    getMany,
    getKept,
    get: async (key) => getKept(key) ?? (await getMany([key])).get(key),
    drop(key) {
      entries.delete(key);
      overtake(key);
    },
    amend(key, change) {
      const entry = entries.peek(key);
      if (entry !== undefined) entry.value = change(entry.value);
      overtake(key);
    },
  };
}
