import type { Locks } from '../locks.js';
import type { ClientStorage } from '../storage/client.storage.js';
import { createUuidV7 } from '../uuid.v7.js';
import type { StoredEntry } from './outbox.entry.js';

export type OutboxStore = Awaited<ReturnType<typeof openOutboxStore>>;

/**
 * Keeps messages on their way, for this tab and for those to come. Every entry has an owner, a tab that holds a lock
 * as long as it lives; what a dead tab has left is taken over by the first one that looks.
 */
export async function openOutboxStore(storage: ClientStorage, prefix: string, locks: Locks, scope: string) {
  const owner = createUuidV7();
  const lockOf = (tab: string) => `${scope}:tab:${tab}`;
  const release = await locks.tryHold(lockOf(owner));
  /** Writes of one entry must not overtake each other. */
  let last: Promise<unknown> = Promise.resolve();

  function write(entries: StoredEntry[], isKept = true): Promise<unknown> {
    const changes = new Map(
      entries.map((entry) => [prefix + entry.clientId, isKept ? { ...entry, owner } : undefined]),
    );
    last = last.then(() => storage.write(changes));
    return last;
  }

  return {
    put: (entry: StoredEntry) => write([entry]),
    remove: (entry: StoredEntry) => write([entry], false),

    /** Entries whose owner is gone; they are this tab's from now on. */
    adoptOrphans(): Promise<StoredEntry[]> {
      return locks.run(`${scope}:adopt`, async () => {
        const stored = [...(await storage.list(prefix)).values()] as StoredEntry[];
        const adopted: StoredEntry[] = [];
        for (const tab of new Set(stored.map((entry) => entry.owner))) {
          const releaseDead = await locks.tryHold(lockOf(tab));
          if (!releaseDead) continue;
          const left = stored.filter((entry) => entry.owner === tab);
          await write(left);
          releaseDead();
          adopted.push(...left);
        }
        return adopted;
      });
    },

    /** Everything is written, and what is left is free to be taken over. */
    async close(): Promise<void> {
      await last;
      release?.();
    },
  };
}
