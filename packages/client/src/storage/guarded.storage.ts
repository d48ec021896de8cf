import type { ClientStorage } from './client.storage.js';
import { createMemoryStorage } from './memory.storage.js';

/**
 * A storage that never fails: a browser may refuse it (private windows, a full disk), and a chat that cannot remember
 * still is a chat. From the first failure on everything is kept in memory.
 */
export function guardStorage(storage: ClientStorage, onFailure: (error: unknown) => void): ClientStorage {
  let current = storage;

  async function attempt<T>(call: (storage: ClientStorage) => Promise<T>): Promise<T> {
    try {
      return await call(current);
    } catch (error) {
      if (current === storage) {
        current = createMemoryStorage();
        onFailure(error);
      }
      return call(current);
    }
  }

  return {
    read: (key) => attempt((to) => to.read(key)),
    list: (prefix) => attempt((to) => to.list(prefix)),
    write: (entries) => attempt((to) => to.write(entries)),
    close: () => attempt(async (to) => to.close?.()),
  };
}
