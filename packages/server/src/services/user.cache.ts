import type { DomainEventBus } from '../events/domain.events.js';
import type { UserRecord } from '../models/user.record.js';
import type { UserStore } from '../models/user.store.js';
import { createRecordCache } from './record.cache.js';

/** Users that are kept: under 1 kB each. */
const USERS_MAX = 20_000;

/** A notice of a change on another node can be lost: after this time a user is read again. */
const MAX_AGE_MS = 60_000;

/** Users by id, kept in memory. Their `email` is always null here: it is for the own profile only. */
export interface UserCache {
  find(id: string): Promise<UserRecord | undefined>;
  /** Those that exist. */
  getMany(ids: Iterable<string>): Promise<Map<string, UserRecord>>;
  /** Whether there is an active user with this id. */
  isActive(id: string): Promise<boolean>;
  /** Stores when users were last seen, so that it is also what this cache says from then on. */
  touchLastSeen(times: ReadonlyMap<string, Date>): Promise<void>;
}

export interface UserCacheDeps {
  users: UserStore;
  bus: DomainEventBus;
  /** Milliseconds since 1970; default `Date.now`. */
  now?: () => number;
}

/** What storage does. */
const raiseLastSeen = (user: UserRecord, at: Date): UserRecord =>
  user.lastSeen !== null && user.lastSeen >= at ? user : { ...user, lastSeen: at };

/** Keeps users in memory until `user.updated`. */
export function createUserCache({ users, bus, now }: UserCacheDeps): UserCache {
  const cache = createRecordCache<UserRecord>({
    max: USERS_MAX,
    maxAgeMs: MAX_AGE_MS,
    ...(now !== undefined && { now }),
    async read(ids) {
      const found = await users.findMany(ids);
      return new Map(found.map((user) => [user.id, { ...user, email: null }]));
    },
  });
  bus.subscribe('user.updated', ({ userId }) => cache.drop(userId));

  return {
    find: (id) => cache.get(id),
    getMany: (ids) => cache.getMany(ids),
    async isActive(id) {
      return (await cache.get(id))?.isActive ?? false;
    },
    async touchLastSeen(times) {
      await users.touchLastSeen(times);
      for (const [id, at] of times) cache.amend(id, (user) => raiseLastSeen(user, at));
    },
  };
}
