import type { Page } from 'playwright-core';

/**
 * Waits until so many messages that are on their way are in the storage of the page, where they outlive it: a message
 * is shown before that, and a page that is closed or loaded again in that moment leaves nothing behind.
 */
export async function areKept(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    async (wanted) => {
      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const [{ name }] = (await indexedDB.databases()) as [{ name: string }];
      const database = await done(indexedDB.open(name));
      const entries = await done(database.transaction('entries').objectStore('entries').getAll());
      database.close();
      return entries.filter((entry: { owner?: string }) => entry?.owner !== undefined).length === wanted;
    },
    count,
    { polling: 50 },
  );
}
