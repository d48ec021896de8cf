import type { routes } from '@parley/protocol';
import { presentUser } from '../dialects/canonical.presenter.js';
import type { Services } from '../services/contracts.js';
import type { Handlers } from './handler.js';

type UserRoutes = Pick<
  typeof routes,
  'listUsers' | 'listOnlineUsers' | 'searchUsers' | 'getUser' | 'getUserStatus'
>;

/** Users as others see them. */
export function createUsersController({ directory }: Pick<Services, 'directory'>): Handlers<UserRoutes> {
  return {
    async listUsers({ query }, { actor }) {
      const { users, total, nextCursor } = await directory.list(actor, query);
      return { users: users.map(presentUser), total, ...(nextCursor === undefined ? {} : { nextCursor }) };
    },
    listOnlineUsers: async (_, { actor }) => ({ users: (await directory.online(actor)).map(presentUser) }),
    searchUsers: async ({ query }, { actor }) => ({
      users: (await directory.search(actor, query.q, query.limit)).map(presentUser),
    }),
    getUser: async ({ params }) => ({ user: presentUser(await directory.get(params.id)) }),
    async getUserStatus({ params }) {
      const { user, status, lastSeen } = await directory.get(params.id);
      return { userId: user.id, status, lastSeen: lastSeen?.toISOString() ?? null };
    },
  };
}
