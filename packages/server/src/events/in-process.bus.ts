import type { DomainEventBus, DomainEventListener, DomainEventName, DomainEvents } from './domain.events.js';

/** A bus within one process: listeners run at once, in the order of subscription. */
export function createInProcessBus(
  onListenerError: (error: unknown, name: DomainEventName) => void,
): DomainEventBus {
  const listeners = new Map<DomainEventName, Set<DomainEventListener<never>>>();
  return {
    publish<N extends DomainEventName>(name: N, event: DomainEvents[N]) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          (listener as DomainEventListener<N>)(event);
        } catch (error) {
          onListenerError(error, name);
        }
      }
    },
    subscribe(name, listener) {
      const ofName = listeners.get(name) ?? new Set();
      listeners.set(name, ofName);
      ofName.add(listener as DomainEventListener<never>);
      return () => ofName.delete(listener as DomainEventListener<never>);
    },
    close() {
      listeners.clear();
      return Promise.resolve();
    },
  };
}
