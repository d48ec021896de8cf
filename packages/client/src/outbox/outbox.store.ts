import type { Locks } from '../locks.js';
import type { ClientStorage } from '../storage/client.storage.js';
import { createUuidV7 } from '../uuid.v7.js';
import type { StoredEntry } from './outbox.entry.js';

export type OutboxStore = ReturnType<typeof createOutboxStore>;

/**
 * Keeps messages on their way, for this tab and for those to come. Every entry has an owner, a tab that holds a lock
 * as long as it lives; what a dead tab has left is taken over by the first one that looks.
 */
export async function openOutboxStore(storage: ClientStorage, prefix: string, locks: Locks, scope: string) {
  const owner = createUuidV7();
  const release = await locks.tryHold(`${scope}:tab:${owner}`);
  return createOutboxStore(storage, prefix, locks, scope, owner, release);
}

function createOutboxStore(
  storage: ClientStorage,
  prefix: string,
  locks: Locks,
  scope: string,
  owner: string,
  release: (() => void) | null,
) {
  /** Writes of one entry must not overtake each other. */
  let last: Promise<unknown> = Promise.resolve();

  function write(clientId: string, entry: StoredEntry | undefined): void {
    const value = entry === undefined ? undefined : structuredClone(entry);
    last = last.then(() => storage.write(new Map([[prefix + clientId, value]])));
  }

  async function takeOver(deadOwner: string, entries: StoredEntry[]): Promise<StoredEntry[]> {
    const releaseDead = await locks.tryHold(`${scope}:tab:${deadOwner}`);
    if (releaseDead === null) return [];
    const owned = entries.map((entry) => ({ ...entry, owner }));
    await storage.write(new Map(owned.map((entry) => [prefix + entry.clientId, entry])));
    releaseDead();
    return owned;
  }

  return {
    owner,
    put: (entry: StoredEntry) => write(entry.clientId, entry),
    remove: (clientId: string) => write(clientId, undefined),

    /** Entries whose owner is gone; they are this tab's from now on. */
    adoptOrphans(isHeld: (clientId: string) => boolean): Promise<StoredEntry[]> {
      return locks.run(`${scope}:adopt`, async () => {
        const stored = [...(await storage.list(prefix)).values()] as StoredEntry[];
        const byOwner = new Map<string, StoredEntry[]>();
        for (const entry of stored) {
          if (isHeld(entry.clientId)) continue;
          byOwner.set(entry.owner, [...(byOwner.get(entry.owner) ?? []), entry]);
        }
        const adopted: StoredEntry[] = [];
        for (const [deadOwner, entries] of byOwner) {
          adopted.push(...(deadOwner === owner ? [] : await takeOver(deadOwner, entries)));
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
