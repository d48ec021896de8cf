import { LRUCache } from 'lru-cache';

/**
 * A cache of at most `max` entries, the least recently used of which give way. Its room is taken as it fills: told
 * `max`, the library would take 1.3 MB for 50,000 entries at once, and a server at rest has ten of them.
 */
export function createBoundedCache<V extends NonNullable<unknown>>(max: number): LRUCache<string, V> {
  return new LRUCache<string, V>({ maxSize: max, sizeCalculation: () => 1 });
}
