import type { ClientStorage } from './client.storage.js';
import { createMemoryStorage } from './memory.storage.js';

/**
 * A storage that never fails: a browser may refuse it (private windows, a full disk), and a chat that cannot remember
 * still is a chat. From the first failure on everything is kept in memory.
 */
export function guardStorage(storage: ClientStorage, onFailure: (error: unknown) => void): ClientStorage {
  const fallback = createMemoryStorage();
  let isBroken = false;

  async function attempt<T>(primary: () => Promise<T>, instead: () => Promise<T>): Promise<T> {
    if (isBroken) return instead();
    try {
      return await primary();
    } catch (error) {
      if (!isBroken) onFailure(error);
      isBroken = true;
      return instead();
    }
  }

  return {
    read: (key) =>
      attempt(
        () => storage.read(key),
        () => fallback.read(key),
      ),
    list: (prefix) =>
      attempt(
        () => storage.list(prefix),
        () => fallback.list(prefix),
      ),
    write: (entries) =>
      attempt(
        () => storage.write(entries),
        () => fallback.write(entries),
      ),
    close: () =>
      attempt(
        async () => storage.close?.(),
        async () => undefined,
      ),
  };
}
