import type { Express } from 'express';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { BoundRoute } from './route.binder.js';
import { mountRoutes } from './route.mount.js';

function bound(method: 'GET' | 'POST', path: string, when?: BoundRoute['when']): BoundRoute {
  const spec = {
    method,
    path,
    tag: '',
    summary: '',
    auth: false,
    status: 200,
    result: z.unknown(),
    errors: [],
  };
  return { spec, before: [], when, handle: () => undefined };
}

/** What is mounted, in order. */
function mount(routes: BoundRoute[]): string[] {
  const mounted: string[] = [];
  const note = (method: string) => (path: string) => void mounted.push(`${method} ${path}`);
  mountRoutes({ get: note('GET'), post: note('POST'), all: note('*') } as unknown as Express, routes);
  return mounted;
}

describe('mounting routes', () => {
  it('puts paths without parameters first, whatever the order of the tables', () => {
    expect(mount([bound('GET', '/m/:id/:part'), bound('GET', '/m/:id'), bound('GET', '/m/chats')])).toEqual([
      'GET /m/chats',
      '* /m/chats',
      'GET /m/:id',
      '* /m/:id',
      'GET /m/:id/:part',
      '* /m/:id/:part',
    ]);
  });

  it('lets a later route stand in for an earlier one of the same shape', () => {
    expect(mount([bound('GET', '/m/:id'), bound('GET', '/m/:userId')])).toEqual([
      'GET /m/:userId',
      '* /m/:userId',
    ]);
  });

  it('mounts a route with a condition beside the one without, once', () => {
    const colon = bound('POST', '/m/send', () => true);
    expect(mount([bound('POST', '/m/send'), colon])).toEqual(['POST /m/send', '* /m/send']);
  });
});
