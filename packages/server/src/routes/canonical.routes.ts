import { routes } from '@parley/protocol';
import { createAccountsController } from '../controllers/accounts.controller.js';
import { createHealthController, type ServerState } from '../controllers/health.controller.js';
import { createMessagesController } from '../controllers/messages.controller.js';
import { createUsersController } from '../controllers/users.controller.js';
import type { Services } from '../services/contracts.js';
import type { BoundRoute, RouteBinder } from './route.binder.js';

/** Every endpoint of the canonical table. */
export function bindCanonicalRoutes(
  binder: RouteBinder,
  services: Services,
  state: ServerState,
): BoundRoute[] {
  const health = createHealthController(state);
  const handlers = {
    ...createAccountsController(services),
    ...createUsersController(services),
    ...createMessagesController(services),
    ...health,
  };
  const credential = { limit: 'credential' } as const;
  const search = { limit: 'search' } as const;
  return [
    ...binder.bindAll(routes, handlers, {
      register: credential,
      signup: credential,
      login: credential,
      changePassword: credential,
      sendMessage: { limit: 'message' },
      setPicture: { limit: 'message' },
      searchUsers: search,
      searchMessages: search,
    }),
    // The names that orchestrators ask for by habit.
    binder.bind({ ...routes.live, path: '/live' }, health.live),
    binder.bind({ ...routes.ready, path: '/ready' }, health.ready),
  ];
}
