import { createClassicController } from '../controllers/classic.controller.js';
import { classicRoutes } from '../dialects/classic/classic.schema.js';
import type { Services } from '../services/contracts.js';
import type { BoundRoute, RouteBinder } from './route.binder.js';

/** The classic dialect's endpoints, at the root of the server. */
export function bindClassicRoutes(binder: RouteBinder, services: Services): BoundRoute[] {
  return binder.bindAll(classicRoutes, createClassicController(services), {
    register: { limit: 'credential' },
    login: { limit: 'credential' },
    sendMessage: { limit: 'message' },
  });
}
