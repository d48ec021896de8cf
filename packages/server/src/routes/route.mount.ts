import { ParleyError } from '@parley/protocol';
import type { Express, Request, RequestHandler, Response } from 'express';
import { readJsonBody } from '../middleware/json-body.js';
import type { BoundRoute } from './route.binder.js';

/** Paths without parameters come first: `/api/users/search` is no user's id. */
function bySpecificity(a: string, b: string): number {
  return countParameters(a) - countParameters(b);
}

function countParameters(path: string): number {
  return path.split('/').filter((part) => part.startsWith(':')).length;
}

/** A path regardless of how its parameters are called. */
function shapeOf(path: string): string {
  return path.replace(/:[^/]+/g, ':');
}

/**
 * Mounts endpoints. Of several with the same method and path, those with a condition on the body are asked first,
 * then the last one serves: a dialect's endpoint stands in for the canonical one before it. Every path answers
 * other methods with 405 and what it allows.
 */
export function mountRoutes(app: Express, routes: readonly BoundRoute[]): void {
  const readBody = readJsonBody();
  const byShape = new Map<string, Map<string, BoundRoute[]>>();
  for (const route of routes) {
    const shape = shapeOf(route.spec.path);
    const methods = byShape.get(shape) ?? new Map<string, BoundRoute[]>();
    byShape.set(shape, methods);
    methods.set(route.spec.method, [...(methods.get(route.spec.method) ?? []), route]);
  }
  for (const shape of [...byShape.keys()].sort(bySpecificity)) {
    const methods = byShape.get(shape) as Map<string, BoundRoute[]>;
    let path = '';
    for (const [method, alternatives] of methods) {
      const main = alternatives.findLast((route) => route.when === undefined) as BoundRoute;
      path = main.spec.path;
      const conditional = alternatives.filter((route) => route.when !== undefined);
      const takesBody = alternatives.some(({ spec }) => spec.body !== undefined);
      app[method.toLowerCase() as 'get' | 'post' | 'put' | 'delete'](
        path,
        ...main.before,
        ...(takesBody ? [readBody] : []),
        choose(conditional, main),
      );
    }
    app.all(path, refuseMethod([...methods.keys()]));
  }
}

function choose(conditional: readonly BoundRoute[], main: BoundRoute): RequestHandler {
  if (conditional.length === 0) return main.handle;
  return (request: Request, response: Response, next) => {
    const route = conditional.find(({ when }) => when?.(request.body) === true) ?? main;
    return route.handle(request, response, next);
  };
}

/** Answers the methods that a path does not have; OPTIONS outside of CORS is told what it has. */
export function refuseMethod(methods: readonly string[]): RequestHandler {
  const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return (request, response) => {
    response.setHeader('Allow', allowed);
    if (request.method === 'OPTIONS') {
      response.status(204).end();
      return;
    }
    throw new ParleyError('method_not_allowed', {
      detail: `${request.method} is not allowed here; ${allowed} are`,
    });
  };
}
