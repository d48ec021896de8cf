import { limits, ParleyError } from '@parley/protocol';
import type { UserRecord } from '../models/user.record.js';
import type { UserStore } from '../models/user.store.js';
import type { DirectoryService, PresenceService, UserView } from './contracts.js';
import type { UserCache } from './user.cache.js';

export interface DirectoryServiceDeps {
  store: UserStore;
  users: UserCache;
  presence: Pick<PresenceService, 'statusOf' | 'onlineUserIds'>;
  /** Milliseconds since 1970; default `Date.now`. */
  now?: () => number;
}

/** Counting takes about 2 ms for this many users (38 ms for 100,000, measured); from here on a count is kept. */
const COUNT_IS_CHEAP = 5_000;
/** How old a kept count may be. */
const COUNT_MAX_AGE_MS = 10_000;

/** Users as others see them: with presence, never with an e-mail address. */
export function createDirectoryService({
  store,
  users,
  presence,
  now = Date.now,
}: DirectoryServiceDeps): DirectoryService {
  let kept: { count: number; until: number } = { count: 0, until: 0 };

  async function countActive(): Promise<number> {
    if (kept.until > now()) return kept.count;
    const count = await store.countActive();
    kept = { count, until: count < COUNT_IS_CHEAP ? 0 : now() + COUNT_MAX_AGE_MS };
    return count;
  }

  function view(user: UserRecord): UserView {
    const { status, lastSeen } = presence.statusOf(user.id);
    // Storage knows when somebody left who is not here; of somebody who is here it knows only an earlier time.
    return {
      user: { ...user, email: null },
      status,
      lastSeen: lastSeen ?? (status === 'offline' ? user.lastSeen : null),
    };
  }

  return {
    async list(actor, { limit, skip, cursor }) {
      const after = cursor === undefined ? undefined : readCursor(cursor);
      const [found, active] = await Promise.all([
        // One more than asked for tells whether there is a next page.
        store.listActive({
          exceptId: actor.userId,
          limit: limit + 1,
          skip,
          ...(after !== undefined && { after }),
        }),
        countActive(),
      ]);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const total = Math.max(0, active - 1);
      const result = { users: page.map(view), total };
      return found.length > limit && last !== undefined
        ? { ...result, nextCursor: writeCursor(last) }
        : result;
    },

    async online(actor) {
      // One more, as the actor is among them.
      const ids = presence.onlineUserIds(limits.onlineListMax + 1).filter((id) => id !== actor.userId);
      const found = await users.getMany(ids.slice(0, limits.onlineListMax));
      return [...found.values()].filter((user) => user.isActive).map(view);
    },

    async search(actor, q, limit) {
      return (await store.searchActive({ q, exceptId: actor.userId, limit })).map(view);
    },

    async get(userId) {
      const user = await users.find(userId);
      if (user === undefined) throw new ParleyError('user_not_found');
      return view(user);
    },

    async getMany(userIds) {
      const found = await users.getMany(userIds);
      return new Map([...found].map(([id, user]) => [id, view(user)]));
    },
  };
}

const CURSOR_PREFIX = 'after:';

/** The place behind a user in the order of usernames. Nothing in it is secret, and a changed one is another place. */
function writeCursor(user: UserRecord): string {
  return Buffer.from(CURSOR_PREFIX + user.username.toLowerCase()).toString('base64url');
}

/** Throws `invalid_request` for whatever `writeCursor` cannot have made. */
function readCursor(cursor: string): string {
  const plain = Buffer.from(cursor, 'base64url').toString('utf8');
  const username = plain.slice(CURSOR_PREFIX.length);
  const isOurs =
    plain.startsWith(CURSOR_PREFIX) &&
    /^[a-z0-9._-]+$/.test(username) &&
    username.length <= limits.usernameMaxCharacters &&
    Buffer.from(plain).toString('base64url') === cursor;
  if (isOurs) return username;
  throw new ParleyError('invalid_request', {
    issues: [{ path: 'cursor', message: 'is not a cursor of this list' }],
  });
}
