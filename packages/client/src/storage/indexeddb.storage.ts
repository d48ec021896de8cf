import type { ClientStorage } from './client.storage.js';

const STORE = 'entries';

/** Keeps everything in IndexedDB, shared by all tabs of the origin. */
export function createIndexedDbStorage(name: string): ClientStorage {
  const opening = new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => resolve(request.result);
  });
  // Whoever uses it first is told.
  opening.catch(() => {});

  /** Runs one transaction; gives what `work` finds to say once it is complete. */
  async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => () => T): Promise<T> {
    const transaction = (await opening).transaction(STORE, mode);
    const read = work(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(read());
      transaction.onabort = () => reject(transaction.error);
    });
  }

  return {
    read: (key) =>
      run('readonly', (store) => {
        const request = store.get(key);
        return () => request.result as unknown;
      }),
    list: (prefix) =>
      run('readonly', (store) => {
        const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
        const keys = store.getAllKeys(range);
        const values = store.getAll(range);
        return () =>
          new Map(keys.result.map((key, index) => [key as string, values.result[index] as unknown]));
      }),
    write: (entries) =>
      run('readwrite', (store) => {
        for (const [key, value] of entries) {
          if (value === undefined) store.delete(key);
          else store.put(value, key);
        }
        return () => {};
      }),
    close: async () => (await opening).close(),
  };
}
