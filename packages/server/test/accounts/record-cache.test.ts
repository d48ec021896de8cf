import { describe, expect, it, vi } from 'vitest';
import { createRecordCache } from '../../src/services/record.cache.js';

/** A store whose reads are answered when the test says so, with what was stored when they began. */
function createSlowStore() {
  const stored = new Map<string, string>();
  const waiting: (() => void)[] = [];
  const asked: string[][] = [];
  return {
    stored,
    asked,
    read(keys: string[]): Promise<Map<string, string>> {
      asked.push(keys);
      const found = new Map(
        keys
          .flatMap((key) => [[key, stored.get(key)] as const])
          .filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      return new Promise((resolve) => waiting.push(() => resolve(found)));
    },
    /** Answers the oldest read, once there is one. */
    async answer(): Promise<void> {
      await vi.waitFor(() => expect(waiting).not.toEqual([]), { interval: 1 });
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('a cache of records', () => {
  it('reads what is missing in one go, and every key once for all who ask', async () => {
    const store = createSlowStore();
    store.stored.set('a', '1').set('b', '2');
    const cache = createRecordCache({ max: 10, maxAgeMs: 1_000, read: store.read });
    const answers = Promise.all([cache.getMany(['a', 'b', 'a', 'x']), cache.get('a'), cache.getMany(['b'])]);
    await store.answer();
    const [many, a, b] = await answers;
    expect([[...many], a, [...b]]).toEqual([
      [
        ['a', '1'],
        ['b', '2'],
      ],
      '1',
      [['b', '2']],
    ]);
    expect(await cache.get('b')).toBe('2');
    expect(store.asked).toEqual([['a', 'b', 'x']]);
  });

  it('reads again what was dropped while it was being read', async () => {
    const store = createSlowStore();
    store.stored.set('a', 'old').set('b', 'same');
    const cache = createRecordCache({ max: 10, maxAgeMs: 1_000, read: store.read });
    const both = cache.getMany(['a', 'b']);
    store.stored.set('a', 'new');
    cache.drop('a');
    await store.answer();
    await store.answer();
    expect([...(await both)].sort()).toEqual([
      ['a', 'new'],
      ['b', 'same'],
    ]);
    expect(await cache.get('a')).toBe('new');
    expect(store.asked).toEqual([['a', 'b'], ['a']]);
  });

  it('amends what is kept without a read, and reads again what is on its way', async () => {
    const store = createSlowStore();
    store.stored.set('a', 'old').set('b', 'old');
    const cache = createRecordCache({ max: 10, maxAgeMs: 1_000, read: store.read });
    const kept = cache.get('a');
    await store.answer();
    expect(await kept).toBe('old');
    const onItsWay = cache.get('b');
    for (const key of ['a', 'b', 'c']) {
      store.stored.set(key, 'new');
      cache.amend(key, (value) => `${value} and amended`);
    }
    await store.answer();
    await store.answer();
    expect([await cache.get('a'), await onItsWay]).toEqual(['old and amended', 'new']);
    expect(store.asked).toEqual([['a'], ['b'], ['b']]);
  });

  it('gives a caller who comes after a drop nothing older than it', async () => {
    const store = createSlowStore();
    store.stored.set('a', 'old');
    const cache = createRecordCache({ max: 10, maxAgeMs: 1_000, read: store.read });
    const early = cache.get('a');
    store.stored.delete('a');
    cache.drop('a');
    const late = cache.get('a');
    for (let read = 0; read < 2; read += 1) await store.answer();
    expect([await early, await late]).toEqual([undefined, undefined]);
  });

  it('ends and keeps nothing when every read is overtaken', async () => {
    let reads = 0;
    const cache = createRecordCache<number>({
      max: 10,
      maxAgeMs: 1_000,
      async read(keys) {
        reads += 1;
        await Promise.resolve();
        cache.drop('a');
        return new Map(keys.map((key) => [key, reads]));
      },
    });
    expect(await cache.get('a')).toBe(4);
    expect(await cache.get('a')).toBe(8);
  });

  it('reads again what is too old, and what gave way to others', async () => {
    let at = 0;
    let reads = 0;
    const cache = createRecordCache<number>({
      max: 2,
      maxAgeMs: 100,
      now: () => at,
      read(keys) {
        reads += 1;
        return Promise.resolve(new Map(keys.map((key) => [key, reads])));
      },
    });
    expect(await cache.get('a')).toBe(1);
    at = 99;
    expect(await cache.get('a')).toBe(1);
    at = 100;
    expect(await cache.get('a')).toBe(2);
    await cache.get('b');
    await cache.get('c');
    expect(await cache.get('a')).toBe(5);
  });

  it('gives in the same turn only what it keeps, and what `get` would give', async () => {
    let at = 0;
    const cache = createRecordCache<number>({
      max: 2,
      maxAgeMs: 100,
      now: () => at,
      read: (keys) => Promise.resolve(new Map(keys.map((key) => [key, 1]))),
    });
    expect(cache.getKept('a')).toBeUndefined();
    await cache.get('a');
    expect(cache.getKept('a')).toBe(1);
    cache.drop('a');
    expect(cache.getKept('a')).toBeUndefined();
    await cache.get('a');
    at = 100;
    expect(cache.getKept('a')).toBeUndefined();
  });

  it('keeps nothing of a read that failed', async () => {
    let fails = true;
    const cache = createRecordCache<number>({
      max: 2,
      maxAgeMs: 100,
      read: (keys) =>
        fails ? Promise.reject(new Error('down')) : Promise.resolve(new Map(keys.map((key) => [key, 1]))),
    });
    await expect(cache.get('a')).rejects.toThrow('down');
    fails = false;
    expect(await cache.get('a')).toBe(1);
  });
});
