import { callSafely } from './safe.call.js';

/** A value that can be watched. The shape of a signal of Preact, so that one can be put in its place. */
export interface Readable<T> {
  readonly value: T;
  /** The value, without being told of its changes where reading `value` would do that. */
  peek(): T;
  /** Calls the listener with the value at once and after each change. Returns the call that ends it. */
  subscribe(listener: (value: T) => void): () => void;
}

/** A readable that its owner sets. */
export interface Writable<T> extends Readable<T> {
  value: T;
}

/** Makes the observables of a client: `createSignal`, or the `signal` of @preact/signals. */
export type SignalFactory = <T>(initial: T) => Writable<T>;

/** The plain observable that is used by default. */
export function createSignal<T>(initial: T): Writable<T> {
  let current = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get value() {
      return current;
    },
    set value(next) {
      if (Object.is(current, next)) return;
      current = next;
      for (const listener of [...listeners]) callSafely(listener, next);
    },
    peek: () => current,
    subscribe(listener) {
      // A wrapper of its own, so that one function can subscribe twice.
      const entry = (value: T) => listener(value);
      listeners.add(entry);
      entry(current);
      return () => {
        listeners.delete(entry);
      };
    },
  };
}

/** Resolves with the first value that fulfils the condition, now or later. */
export function waitFor<T, S extends T>(
  readable: Readable<T>,
  condition: (value: T) => value is S,
): Promise<S>;
export function waitFor<T>(readable: Readable<T>, condition: (value: T) => boolean): Promise<T>;
export function waitFor<T>(readable: Readable<T>, condition: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    let isDone = false;
    let end: (() => void) | undefined;
    end = readable.subscribe((value) => {
      if (isDone || !condition(value)) return;
      isDone = true;
      end?.();
      resolve(value);
    });
    if (isDone) end();
  });
}
