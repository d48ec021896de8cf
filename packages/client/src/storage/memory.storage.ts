import type { ClientStorage } from './client.storage.js';

/** Keeps everything as long as the process lives. Two clients that share one behave like two tabs. */
export function createMemoryStorage(entries: Iterable<readonly [string, unknown]> = []): ClientStorage {
  const table = new Map(entries);
  return {
    read: async (key) => table.get(key),
    list: async (prefix) => new Map([...table].filter(([key]) => key.startsWith(prefix))),
    async write(changes) {
      for (const [key, value] of changes) {
        if (value === undefined) table.delete(key);
        else table.set(key, structuredClone(value));
      }
    },
  };
}
