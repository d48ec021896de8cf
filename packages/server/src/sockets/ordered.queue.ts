/**
 * Work that keeps its order per key. What needs no preparation runs at once, unless something before it still
 * prepares: so an edit whose receipts are looked up is not overtaken by the next message of its chat.
 */
export interface OrderedQueue {
  run<T>(key: string, prepare: () => Promise<T>, finish: (prepared: T) => void): void;
  runReady(key: string, finish: () => void): void;
}

/** Failures go to `onError`; what comes after them still runs. */
export function createOrderedQueue(onError: (error: unknown) => void): OrderedQueue {
  const tails = new Map<string, Promise<void>>();

  function append(key: string, step: () => Promise<void>): void {
    const tail = (tails.get(key) ?? Promise.resolve())
      .then(step)
      .catch(onError)
      .finally(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
    tails.set(key, tail);
  }

  return {
    run(key, prepare, finish) {
      append(key, async () => finish(await prepare()));
    },
    runReady(key, finish) {
      if (!tails.has(key)) finish();
      else append(key, () => Promise.resolve(finish()));
    },
  };
}
