import { callSafely } from './safe.call.js';

/** Named events with one payload each. */
export interface Emitter<E> {
  /** Returns the call that ends the subscription. */
  on<N extends keyof E>(name: N, listener: (event: E[N]) => void): () => void;
  emit<N extends keyof E>(name: N, event: E[N]): void;
}

/** Calls listeners in the order in which they came. One that throws stops neither the others nor the client. */
export function createEmitter<E>(): Emitter<E> {
  const listeners = new Map<keyof E, Set<(event: never) => void>>();
  return {
    on(name, listener) {
      const entry = (event: never) => listener(event);
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(entry));
      return () => {
        set.delete(entry);
      };
    },
    emit(name, event) {
      for (const listener of [...(listeners.get(name) ?? [])]) callSafely(listener, event as never);
    },
  };
}
