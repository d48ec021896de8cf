import type { PresenceStatus, User } from '@parley/protocol';
import type { Readable, SignalFactory, Writable } from '../observable.js';

/** Whether a user is there, and since when not. */
export interface Presence {
  status: PresenceStatus;
  /** ISO 8601; null while online, and when unknown. */
  lastSeen: string | null;
}

const ABSENT: Presence = { status: 'offline', lastSeen: null };

export type UserBook = ReturnType<typeof createUserBook>;

/** Users that were heard of, and who of them is there. */
export function createUserBook(signal: SignalFactory) {
  const users = new Map<string, User>();
  const presences = new Map<string, Writable<Presence>>();

  function presence(userId: string): Writable<Presence> {
    const held = presences.get(userId);
    if (held !== undefined) return held;
    const { status, lastSeen } = users.get(userId) ?? ABSENT;
    const made = signal<Presence>({ status, lastSeen });
    presences.set(userId, made);
    return made;
  }

  /** True when it is news. */
  function setPresence(userId: string, { status, lastSeen }: Presence): boolean {
    const user = users.get(userId);
    if (user !== undefined) users.set(userId, { ...user, status, lastSeen });
    const readable = presence(userId);
    const held = readable.peek();
    if (held.status === status && held.lastSeen === lastSeen) return false;
    readable.value = { status, lastSeen };
    return true;
  }

  return {
    get: (userId: string) => users.get(userId),
    presence: (userId: string): Readable<Presence> => presence(userId),
    setPresence,

    /** Users as the server has just described them. */
    learn(described: readonly User[]): void {
      for (const user of described) {
        users.set(user.id, user);
        if (presences.has(user.id)) setPresence(user.id, user);
      }
    },

    /** Everybody who is there now; the others are not. */
    setOnline(online: readonly User[]): void {
      const ids = new Set(online.map(({ id }) => id));
      for (const [userId, readable] of presences) {
        const { status, lastSeen } = readable.peek();
        if (!ids.has(userId) && status !== 'offline') setPresence(userId, { status: 'offline', lastSeen });
      }
      for (const user of online) {
        users.set(user.id, user);
        setPresence(user.id, user);
      }
    },

    /** Another user has signed in, or nobody. */
    clear(): void {
      users.clear();
      for (const readable of presences.values()) readable.value = ABSENT;
    },
  };
}
