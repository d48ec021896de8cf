import { setTimeout as pause } from 'node:timers/promises';

/** Reads those keys that exist. */
export type ReadMany<V> = (keys: string[]) => Promise<Map<string, V>>;

/** Keys of one query: an answer of 1,000 users is 300 kB. */
const KEYS_MAX = 1_000;

/**
 * Milliseconds between two reads while several ask. A query costs some 300 µs of the server's and 200 of the engine's
 * processor time, for one key as for thirty.
 */
const PACE_MS = 10;

interface Call<V> {
  keys: string[];
  resolve: (found: Map<string, V>) => void;
  reject: (error: unknown) => void;
}

/**
 * Merges reads that come at the same time: one is under way, and what is asked meanwhile goes together with the next,
 * a moment later. Who asks alone never waits, however often. When thousands connect or open their chats in one moment,
 * a few queries serve them all; each with its own, the last would wait longer for one of the database's connections
 * than anybody may.
 *
 * A read never begins before it is asked for, so what was written before a call is in its answer. One that fails takes
 * those that wait with it: they would only find the same database, after another wait.
 */
export function mergeReads<V>(read: ReadMany<V>): ReadMany<V> {
  let waiting: Call<V>[] = [];
  let isReading = false;

  function takeSome(): Call<V>[] {
    let count = 0;
    let calls = 0;
    for (const { keys } of waiting) {
      if (calls > 0 && count + keys.length > KEYS_MAX) break;
      count += keys.length;
      calls += 1;
    }
    return waiting.splice(0, calls);
  }

  async function run(): Promise<void> {
    isReading = true;
    while (waiting.length > 0) {
      const calls = takeSome();
      try {
        const found = await read([...new Set(calls.flatMap(({ keys }) => keys))]);
        for (const { keys, resolve } of calls) resolve(pick(found, keys));
      } catch (error) {
        const failed = [...calls, ...waiting];
        waiting = [];
        for (const { reject } of failed) reject(error);
      }
      // Others came meanwhile: a crowd, and more of it is on its way.
      if (waiting.length > 0) await pause(PACE_MS);
    }
    isReading = false;
  }

  return (keys) =>
    new Promise((resolve, reject) => {
      waiting.push({ keys, resolve, reject });
      if (!isReading) void run();
    });
}

function pick<V>(found: ReadonlyMap<string, V>, keys: readonly string[]): Map<string, V> {
  return new Map(keys.flatMap((key) => (found.has(key) ? [[key, found.get(key) as V] as const] : [])));
}
