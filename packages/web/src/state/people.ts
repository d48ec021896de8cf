import type { User } from '@parley/protocol';
import { signal } from '@preact/signals';
import { client } from './client.js';

/** Users that had to be asked for, by id. */
const fetched = signal<ReadonlyMap<string, User>>(new Map());
const asked = new Set<string>();
/** Calls at once: a room may bring a hundred strangers with one page. */
const AT_ONCE = 4;
const waiting: string[] = [];
let running = 0;

function pump(): void {
  while (running < AT_ONCE && waiting.length > 0) {
    const id = waiting.shift() ?? '';
    running += 1;
    client.users
      .get(id)
      .then((user) => {
        fetched.value = new Map(fetched.peek()).set(id, user);
      })
      // Without a network, or when they are gone: asked for again when they are next to be shown after a reload.
      .catch(() => undefined)
      .finally(() => {
        running -= 1;
        pump();
      });
  }
}

/**
 * A user, to be read while rendering: rooms name nobody but the senders of their messages, so whoever is not known yet
 * is asked for, and what shows them is drawn again.
 */
export function personOf(id: string): User | undefined {
  const known = client.users.known(id) ?? fetched.value.get(id);
  if (known === undefined && !asked.has(id) && client.status.peek() === 'online') {
    asked.add(id);
    waiting.push(id);
    queueMicrotask(pump);
  }
  return known;
}
