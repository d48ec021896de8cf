import { LOBBY_CHAT_ID, limits, routes } from '@parley/protocol';
import { expect, it } from 'vitest';
import { LOBBY_ID } from './protocol.types.js';
import { routeTable } from './route.table.js';

it('is the table of the protocol, but for what watches over servers', () => {
  const expected = Object.entries(routes)
    .filter(([name, { tag }]) => tag !== 'Server' && name !== 'signup')
    .map(([name, { method, path }]) => [name, `${method} ${path.replace('/api/', '')}`]);
  expect(Object.entries(routeTable)).toEqual(expected);
  expect(LOBBY_ID).toBe(LOBBY_CHAT_ID);
  expect(limits.syncChatsMax).toBe(2_000);
});
