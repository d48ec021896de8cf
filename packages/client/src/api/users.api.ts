import type { PresenceStatus, RouteResult, User } from '@parley/protocol';
import { toClientError } from '../client.error.js';
import type { Workspace } from '../live/workspace.js';
import type { Readable } from '../observable.js';
import type { CallRoute, RouteQuery } from '../protocol.types.js';
import type { Presence, UserBook } from '../users/user.book.js';

/** The directory of users. */
export interface UsersApi {
  /** Everyone but oneself, a page at a time; `cursor` is the `nextCursor` of the page before. */
  list(query?: RouteQuery<'listUsers'>): Promise<RouteResult<'listUsers'>>;
  /** Users whose username or name begins with the text. */
  search(q: string, limit?: number): Promise<User[]>;
  /** Users who are there now. */
  online(): Promise<User[]>;
  /** `user_not_found`. */
  get(id: string): Promise<User>;
  /** A user that was heard of already, without a call. */
  known(id: string): User | undefined;
  /** A user as last described; asked for when nobody has heard of them, and null until the answer. */
  of(id: string): Readable<User | null>;
}

/** Who is there. */
export interface PresenceApi {
  /** Live for people with whom one shares a chat, and for those of `watch`. */
  of(userId: string): Readable<Presence>;
  /** Watches users with whom there is no chat; at most 200, replacing those before. */
  watch(userIds: readonly string[]): Promise<void>;
  /** Shows oneself as online, away, busy, or offline (invisible); it holds until one has gone offline. */
  set(status: PresenceStatus): Promise<void>;
}

export interface UsersDeps {
  call: CallRoute;
  users: UserBook;
  workspace: () => Workspace;
}

/** The directory half of the client. */
export function createUsersApi({ call, users, workspace }: UsersDeps): UsersApi {
  function learn(described: User[]): User[] {
    users.learn(described);
    const ids = new Set(described.map(({ id }) => id));
    const { book, touch } = workspace();
    for (const state of book.all()) if (state.participantIds.some((id) => ids.has(id))) touch(state);
    return described;
  }

  /** Users who were asked for and have not come. */
  const asked = new Set<string>();

  async function get(id: string): Promise<User> {
    const { user } = await call('getUser', { params: { id } });
    learn([user]);
    return user;
  }

  return {
    get,
    known: users.get,

    of(id) {
      const { user } = users.person(id);
      if (!user.peek() && !asked.has(id)) {
        asked.add(id);
        // Of somebody who does not exist one asks once.
        const askAgain = () => asked.delete(id);
        get(id).then(askAgain, (error: unknown) => toClientError(error).isTemporary && askAgain());
      }
      return user;
    },

    async list(query = {}) {
      const page = await call('listUsers', { query });
      learn(page.users);
      return page;
    },

    search: async (q, limit) => learn((await call('searchUsers', { query: { q, limit } })).users),
    online: async () => learn((await call('listOnlineUsers')).users),
  };
}

/** The presence half of the client. */
export function createPresenceApi({ users, workspace }: UsersDeps): PresenceApi {
  return {
    of: (userId) => users.person(userId).presence,
    watch: async (userIds) => workspace().watchPresence(userIds),
    async set(status) {
      const { connection, userId } = workspace();
      const answer = await connection.emit('update_status', { status });
      users.setPresence(userId, { lastSeen: null, ...answer });
    },
  };
}
