import type { PresenceStatus, User } from '@parley/protocol';
import { getOrMake } from '../map.entry.js';
import type { SignalFactory, Writable } from '../observable.js';

/** Whether a user is there, and since when not. */
export interface Presence {
  status: PresenceStatus;
  /** ISO 8601; null while online, and when unknown. */
  lastSeen: string | null;
}

/** What is known of one user. */
interface Person {
  user: Writable<User | null>;
  presence: Writable<Presence>;
}

const ABSENT: Presence = { status: 'offline', lastSeen: null };

export type UserBook = ReturnType<typeof createUserBook>;

/** Users that were heard of, and who of them is there. */
export function createUserBook(signal: SignalFactory) {
  const people = new Map<string, Person>();

  const person = (userId: string) =>
    getOrMake(people, userId, () => ({ user: signal<User | null>(null), presence: signal(ABSENT) }));

  /** True when it is news. */
  function setPresence(userId: string, { status, lastSeen }: Presence): boolean {
    const { presence } = person(userId);
    const held = presence.peek();
    if (held.status === status && held.lastSeen === lastSeen) return false;
    presence.value = { status, lastSeen };
    return true;
  }

  /** Users as the server has just described them. */
  function learn(described: readonly User[]): void {
    for (const user of described) {
      person(user.id).user.value = user;
      setPresence(user.id, user);
    }
  }

  return {
    person,
    setPresence,
    learn,
    get: (userId: string | null) => people.get(userId!)?.user.peek() ?? undefined,

    /** Everybody who is there now; the others are not. */
    setOnline(online: readonly User[]): void {
      const ids = online.map(({ id }) => id);
      for (const [userId, { presence }] of people) {
        if (!ids.includes(userId)) setPresence(userId, { ...presence.peek(), status: 'offline' });
      }
      learn(online);
    },

    /** Nobody is signed in any more. */
    clear(): void {
      for (const { user, presence } of people.values()) {
        user.value = null;
        presence.value = ABSENT;
      }
    },
  };
}
