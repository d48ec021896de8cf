import type { ClientStorage } from './client.storage.js';

const STORE = 'entries';

/** Keeps everything in IndexedDB, shared by all tabs of the origin. */
export function createIndexedDbStorage(name: string): ClientStorage {
  let opening: Promise<IDBDatabase> | undefined;

  function open(): Promise<IDBDatabase> {
    opening ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const database = request.result;
        // Another tab wants to delete or upgrade it, or the browser lost it: opened again when it is needed.
        const forget = () => {
          opening = undefined;
        };
        database.onclose = forget;
        database.onversionchange = () => {
          database.close();
          forget();
        };
        resolve(database);
      };
    });
    opening.catch(() => {
      opening = undefined;
    });
    return opening;
  }

  async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => () => T): Promise<T> {
    const transaction = (await open()).transaction(STORE, mode);
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
        return () => new Map(keys.result.map((key, index) => [String(key), values.result[index] as unknown]));
      }),
    write: (changes) =>
      run('readwrite', (store) => {
        for (const [key, value] of changes) {
          if (value === undefined) store.delete(key);
          else store.put(value, key);
        }
        return () => undefined;
      }),
    async close() {
      if (opening !== undefined) (await opening).close();
      opening = undefined;
    },
  };
}
