import type { RequestHandler } from 'express';
import { createSidebarController } from '../controllers/sidebar.controller.js';
import { sidebarRoutes } from '../dialects/sidebar/sidebar.schema.js';
import { presentSidebarError } from '../dialects/sidebar/sidebar-user.presenter.js';
import type { Services } from '../services/contracts.js';
import type { BoundRoute, RouteBinder } from './route.binder.js';

/** The sidebar dialect's endpoints, which stand in for the canonical ones of the same path. */
export function bindSidebarRoutes(binder: RouteBinder, services: Services): BoundRoute[] {
  const before: RequestHandler = (_request, response, next) => {
    response.locals.presentError = presentSidebarError;
    next();
  };
  return binder.bindAll(sidebarRoutes, createSidebarController(services), {
    before,
    signup: { limit: 'credential' },
    login: { limit: 'credential' },
    sendMessage: { limit: 'message' },
  });
}
