/** Mutual exclusion between the tabs of a browser, and between the clients of one process. */
export interface Locks {
  /** Runs when nobody else holds the name. */
  run<T>(name: string, task: () => Promise<T>): Promise<T>;
  /** Takes the name and keeps it until the returned call; null when somebody else holds it. */
  tryHold(name: string): Promise<(() => void) | null>;
}

/** Web Locks where there are any (secure contexts, Node 24), else locks of this process alone. */
export function createLocks(): Locks {
  const manager = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  return manager === undefined ? processLocks : createWebLocks(manager);
}

function createWebLocks(manager: LockManager): Locks {
  return {
    run: (name, task) => manager.request(name, task) as Promise<never>,
    tryHold: (name) =>
      new Promise((resolve, reject) => {
        manager
          .request(name, { ifAvailable: true }, (lock) => {
            if (lock === null) return resolve(null);
            // The lock lives as long as this promise, or the page.
            return new Promise<void>((release) => resolve(() => release()));
          })
          .catch(reject);
      }),
  };
}

const queues = new Map<string, Promise<unknown>>();
const held = new Set<string>();

/** One table for the whole process, whichever client asks. */
const processLocks: Locks = {
  run(name, task) {
    const before = queues.get(name) ?? Promise.resolve();
    const turn = before.then(task, task);
    const settled = turn.catch(() => undefined);
    queues.set(name, settled);
    void settled.then(() => {
      if (queues.get(name) === settled) queues.delete(name);
    });
    return turn;
  },
  async tryHold(name) {
    if (held.has(name)) return null;
    held.add(name);
    return () => {
      held.delete(name);
    };
  },
};
