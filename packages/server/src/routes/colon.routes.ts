import { createColonController } from '../controllers/colon.controller.js';
import { colonRoutes, isColonSend } from '../dialects/colon/colon.schema.js';
import type { Services } from '../services/contracts.js';
import type { BoundRoute, RouteBinder } from './route.binder.js';

/** The colon dialect's endpoints: one stands beside the canonical one of the same path, told apart by the body. */
export function bindColonRoutes(binder: RouteBinder, services: Services): BoundRoute[] {
  return binder.bindAll(colonRoutes, createColonController(services), {
    sendMessage: { limit: 'message', when: isColonSend },
  });
}
