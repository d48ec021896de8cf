import { setTimeout as pause } from 'node:timers/promises';
import type { SearchStore } from '../../models/search.store.js';
import { type SearchQueue, toSearchEntry } from './search.queue.js';

/** How often a node says how far it is: what a crash makes the next start compare is at most so much older. */
const MARK_INTERVAL_MS = 10_000;
/** Entries of the log compared at a time: about 2 ms of the engine, 10 when all of them are missing. */
const PAGE = 100;
/** Pages before `heal` returns; the rest follows while the server serves. */
const PAGES_AT_START = 50;
/** A node that stops waits for the end of a rest. */
const REST_MAX_MS = 1_000;

export interface SearchKeeperDeps {
  store: Pick<SearchStore, 'marks' | 'write'>;
  queue: Pick<SearchQueue, 'indexedUntil' | 'rest' | 'droppedSince' | 'takeDropped'>;
  onError: (error: unknown) => void;
  /** Default `MARK_INTERVAL_MS`. */
  intervalMs?: number;
}

/**
 * Sees to it that the index comes to know every message, whatever happens. Each node keeps a mark on disk: what it
 * wrote before that moment is indexed. A node that ends in good order removes its mark; one that starts reads the
 * marks that are left, and compares the log since the oldest of them with the index. What the queue had to drop is
 * found the same way, as is everything when there has never been an index.
 */
export function createSearchKeeper({ store, queue, onError, intervalMs }: SearchKeeperDeps) {
  const { marks } = store;
  const node = marks.newNodeId();
  let timer: NodeJS.Timeout | null = null;
  let working: Promise<void> | null = null;
  /** Since when messages are being looked for; it keeps the mark back. */
  let lookingSince: Date | null = null;
  /** Marks that others left, until everything since them is indexed. */
  let inherited: { node: string; since: Date }[] | null = null;
  let healed: Promise<void> | null = null;
  let stopped = false;

  async function putMark(): Promise<void> {
    const moments = [queue.indexedUntil(), queue.droppedSince() ?? lookingSince, lookingSince];
    await marks.put(node, new Date(Math.min(...moments.map((moment) => moment?.getTime() ?? Date.now()))));
  }

  /** Compares the log with the index, the newest entries first; `onPage` is told how many pages are done. */
  async function catchUp(onPage: (pages: number) => void): Promise<void> {
    if (lookingSince === null) return;
    const startedAt = new Date();
    let before: string | null = null;
    for (let pages = 1; !stopped; pages += 1) {
      const pageStartedAt = performance.now();
      const { missing, next } = await marks.readUnindexed(lookingSince, before, PAGE);
      if (missing.length > 0) await store.write(missing.map(toSearchEntry));
      onPage(pages);
      if (next === null) break;
      before = next;
      if (missing.length > 0)
        await pause(Math.min(REST_MAX_MS, queue.rest() * (performance.now() - pageStartedAt)));
    }
    if (stopped) return;
    if (inherited !== null) {
      await marks.putBuilt(startedAt);
      await marks.remove(inherited);
    }
    inherited = null;
    lookingSince = null;
  }

  async function tick(): Promise<void> {
    await putMark();
    lookingSince ??= queue.takeDropped();
    await catchUp(() => undefined);
  }

  function run(work: () => Promise<void>): void {
    working ??= work()
      .catch(onError)
      .finally(() => {
        working = null;
      });
  }

  async function healNow(): Promise<void> {
    const left = await marks.read();
    lookingSince = left.since;
    inherited = left.marks;
    await putMark();
    if (stopped) return;
    timer = setInterval(() => run(tick), intervalMs ?? MARK_INTERVAL_MS).unref();
    await new Promise<void>((resolve) => {
      run(() => catchUp((pages) => pages === PAGES_AT_START && resolve()).finally(resolve));
    });
  }

  return {
    /** Indexes what a crash left out: the newest entries before it returns, the rest while the server serves. */
    heal(): Promise<void> {
      healed ??= healNow();
      return healed;
    },

    /** Looks for what the queue dropped, now that it has room for more. */
    catchUp(): void {
      if (timer !== null) run(tick);
    },

    /** Ends the comparing. */
    async stop(): Promise<void> {
      stopped = true;
      if (timer !== null) clearInterval(timer);
      await working;
    },

    /** Removes the mark, as everything is indexed; else leaves it to whoever starts next. */
    async leave(): Promise<void> {
      if (timer === null) return;
      if (lookingSince === null && queue.droppedSince() === null) await marks.forget(node);
      else await putMark();
    },
  };
}
