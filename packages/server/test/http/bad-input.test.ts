import { type ErrorCode, errorCatalogue, LOBBY_CHAT_ID, limits, type Route, routes } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { classicRoutes } from '../../src/dialects/classic/classic.schema.js';
import { colonRoutes } from '../../src/dialects/colon/colon.schema.js';
import { sidebarRoutes } from '../../src/dialects/sidebar/sidebar.schema.js';
import { type Answer, type Person, startTestServer, type TestServer } from '../support/test-server.js';

type AnyRoute = Omit<Route, 'tag'>;

const UNKNOWN_ID = 'ffffffffffffffffffffffff';
const plenty = {
  messagesPerSecond: 100_000,
  searchesPerSecond: 100_000,
  requestsPerSecond: 100_000,
  typingPerSecond: 100_000,
};

let server: TestServer;
let sidebar: TestServer;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  server = await startTestServer({}, { limits: plenty });
  sidebar = await startTestServer({ DIALECT: 'sidebar' }, { limits: plenty });
  [ann, bob] = [await server.newPerson('ann'), await server.newPerson('bob')];
});
afterAll(() => Promise.all([server.close(), sidebar.close()]));

const named = (prefix: string, table: Record<string, AnyRoute>) =>
  Object.entries(table).map(
    ([name, route]) => [`${prefix} ${name}: ${route.method} ${route.path}`, route] as const,
  );
const everyRoute = [
  ...named('canonical', routes),
  ...named('classic', classicRoutes),
  ...named('colon', colonRoutes),
];
const withSession = everyRoute.filter(([, { auth }]) => auth);
const withBody = everyRoute.filter(([, { body }]) => body !== undefined);

/** Paths with an id that nobody has. */
const pathOf = ({ path }: AnyRoute, id = UNKNOWN_ID) => path.replace(/:\w+/g, id);

/** An error of the catalogue, in full, and never one of the server's own. */
function expectProblem({ status, headers, body }: Answer, code?: ErrorCode): void {
  expect(status).toBeLessThan(500);
  if (code !== undefined) expect(body).toMatchObject({ code });
  if (status < 400) return;
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(errorCatalogue[body.code as ErrorCode]?.status).toBe(status);
  expect(body).toMatchObject({
    type: `/api/docs#error-${body.code}`,
    title: errorCatalogue[body.code as ErrorCode].title,
    status,
    detail: expect.any(String),
    message: body.detail,
    error: body.detail,
    instance: headers.get('x-request-id'),
  });
}

describe('a request without a session', () => {
  it.each(withSession)('is refused: %s', async (_, route) => {
    const bare = await server.request(route.method, pathOf(route));
    expectProblem(bare, 'authentication_required');
    expect(bare.headers.get('www-authenticate')).toBe('Bearer realm="parley"');
    const garbage = await server.request(route.method, pathOf(route), { token: 'e30.e30.e30' });
    expectProblem(garbage, 'invalid_token');
    expect(garbage.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it.each(withSession)('is refused once logged out: %s', async (_, route) => {
    const guest = await server.newPerson('guest');
    await server.request('POST', '/logout', { token: guest.token });
    expectProblem(
      await server.request(route.method, pathOf(route), { token: guest.token }),
      'session_revoked',
    );
  });

  it.each(['', ' ', 'x', `${'a'.repeat(5_000)}`, 'null', 'a.b.c'])(
    'is refused with the token %j',
    async (token) => {
      const headers = { Authorization: `Bearer ${token}` };
      expectProblem(await server.request('GET', '/api/users', { headers }), 'invalid_token');
    },
  );

  it('is refused with a token that is signed by nobody or by somebody else', async () => {
    const [, payload] = ann.token.split('.') as [string, string];
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    for (const token of [
      `${none}.${payload}.`,
      `${ann.token.slice(0, -4)}AAAA`,
      `${none}.${payload}.${ann.token.split('.')[2]}`,
    ]) {
      expectProblem(await server.request('GET', '/api/users', { token }), 'invalid_token');
    }
  });
});

describe('a body', () => {
  it.each(withBody)('that is no JSON is refused: %s', async (_, route) => {
    for (const body of ['{"a":', 'undefined', "{'a':1}", '\u0000']) {
      expectProblem(
        await server.request(route.method, pathOf(route), { token: ann.token, body }),
        'malformed_json',
      );
    }
  });

  it.each(withBody)('of another kind is refused: %s', async (_, route) => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-7',
    ]) {
      const headers = { 'Content-Type': type };
      expectProblem(
        await server.request(route.method, pathOf(route), { token: ann.token, body: 'a=b', headers }),
        'unsupported_media_type',
      );
    }
  });

  it.each(withBody)('that is too large is refused: %s', async (_, route) => {
    const body = { content: 'x'.repeat(limits.bodyMaxBytes) };
    expectProblem(
      await server.request(route.method, pathOf(route), { token: ann.token, body }),
      'payload_too_large',
    );
  });

  it.each(withBody)('of the wrong shape is refused or understood: %s', async (_, route) => {
    for (const body of [
      'null',
      '[]',
      '"text"',
      '1',
      'true',
      '{}',
      '{"__proto__":{"isAdmin":true}}',
      '{"constructor":{"prototype":{}}}',
      '['.repeat(50_000),
    ]) {
      const answer = await server.request(route.method, pathOf(route), {
        token: (await server.newPerson()).token,
        body,
      });
      expectProblem(answer);
    }
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('that is not UTF-8 is refused rather than changed', async () => {
    const response = await fetch(`${server.url}/api/messages/send`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${ann.token}` },
      body: Buffer.from([...Buffer.from(`{"to":"${bob.id}","content":"`), 0xff, 0xfe, ...Buffer.from('"}')]),
    });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
      400,
      'malformed_json',
    ]);
  });

  it('that is compressed counts by its size when unpacked', async () => {
    const { gzipSync } = await import('node:zlib');
    const send = async (content: string) => {
      const response = await fetch(`${server.url}/api/messages/send`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Content-Encoding': 'gzip',
          Authorization: `Bearer ${ann.token}`,
        },
        body: gzipSync(JSON.stringify({ to: bob.id, content })),
      });
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    expect(await send('hello')).toEqual([201, undefined]);
    expect(await send('x'.repeat(50 * 1_048_576))).toEqual([413, 'payload_too_large']);
  });
});

const hostileValues: unknown[] = [
  null,
  0,
  -1,
  1e308,
  true,
  '',
  ' ',
  '\u0000',
  '\ud800',
  'x'.repeat(20_000),
  [],
  [null],
  {},
  { $gt: '' },
  { $where: 'sleep(1000)' },
  { toString: 1 },
  { length: 1e9 },
  '000000000000000000000000',
  '../../etc/passwd',
  '<script>',
  "' OR 1=1 --",
];

describe('each member of a body with hostile values', () => {
  it.each(withBody)('does no harm: %s', async (_, route) => {
    const shape = shapeOf(route.body as z.ZodType);
    const person = await server.newPerson();
    for (const name of shape) {
      const answers = await Promise.all(
        hostileValues.map((value) =>
          server.request(route.method, pathOf(route), {
            token: person.token,
            body: {
              username: 'someone',
              email: 'someone@example.com',
              password: 'Password123',
              to: bob.id,
              content: 'x',
              text: 'x',
              chats: {},
              [name]: value,
            },
          }),
        ),
      );
      for (const answer of answers) expectProblem(answer);
    }
  });
});

/** Names of the members that a schema knows. */
function shapeOf(schema: z.ZodType): string[] {
  const { def } = schema as unknown as { def: { shape?: object; innerType?: z.ZodType; in?: z.ZodType } };
  if (def.shape !== undefined) return Object.keys(def.shape);
  return shapeOf((def.innerType ?? def.in) as z.ZodType);
}

describe('each parameter with hostile values', () => {
  const values = [
    '',
    '-1',
    '1.5',
    'NaN',
    '1e999',
    '99999999999999999999',
    'true',
    '%00',
    '%ff',
    '%ud800',
    "'",
    '$gt',
    '[]',
    '🙂'.repeat(300),
  ];
  const withQuery = everyRoute.filter(([, { query }]) => query !== undefined);

  it.each(withQuery)('in the query does no harm: %s', async (_, route) => {
    const path = pathOf(route, route.path.includes('messages/:') ? LOBBY_CHAT_ID : bob.id);
    for (const name of shapeOf(route.query as z.ZodType)) {
      const queries = [
        ...values.map((value) => `${name}=${value}`),
        `${name}=1&${name}=2`,
        `${name}[$gt]=1`,
        `${name}[]=1`,
        `__proto__=1&${name}=1`,
        name,
      ];
      for (const query of queries) {
        expectProblem(await server.request(route.method, `${path}?q=x&${query}`, { token: ann.token }));
      }
    }
  });

  const withParams = everyRoute.filter(([, { params }]) => params !== undefined);
  const validBody = { content: 'x', text: 'x' };

  it.each(withParams)('in the path is refused: %s', async (_, route) => {
    for (const id of [
      '1',
      'undefined',
      '%00',
      '%F0%9F%99%82',
      'g'.repeat(24),
      `${UNKNOWN_ID}0`,
      "'",
      '%5B%24ne%5D',
      '%2e%2e%2f',
    ]) {
      const answer = await server.request(route.method, pathOf(route, id), {
        token: ann.token,
        ...(route.method === 'PUT' ? { body: validBody } : {}),
      });
      expectProblem(answer, 'invalid_request');
    }
  });

  it.each(withParams)('that is an id of nothing is not found: %s', async (_, route) => {
    const answer = await server.request(route.method, pathOf(route), {
      token: ann.token,
      ...(route.method === 'PUT' ? { body: validBody } : {}),
    });
    expect(answer.status).toBe(404);
    expectProblem(answer);
    expect(route.errors).toContain(answer.body.code);
  });

  it('with broken percent-encoding is refused', async () => {
    expectProblem(
      await server.request('GET', '/api/users/%E0%A4%A', { token: ann.token }),
      'invalid_request',
    );
  });
});

describe('issues', () => {
  it('are told all at once, of path, query and body', async () => {
    const { body } = await server.request('DELETE', '/api/messages/nothing?for=nobody', { token: ann.token });
    expect(body.issues.map(({ path }: { path: string }) => path)).toEqual(['id', 'for']);
    const register = await server.request('POST', '/api/auth/register', {
      body: { username: 'ä', email: 'nobody', password: 'short', confirmPassword: 'other' },
    });
    expect(register.body.issues.map(({ path }: { path: string }) => path)).toEqual(
      expect.arrayContaining(['username', 'email', 'password']),
    );
  });
});

describe('what belongs to others', () => {
  type Attempt = [method: string, path: () => string, body: (() => object) | undefined, code: ErrorCode];
  let secret: { id: string; chatId: string };
  let carol: Person;
  beforeAll(async () => {
    carol = await server.newPerson('carol');
    const sent = await server.request('POST', '/api/messages/send', {
      token: ann.token,
      body: { to: bob.id, content: 'between us' },
    });
    secret = sent.body.message;
  });

  const attempts: Attempt[] = [
    ['PUT', () => `/api/messages/${secret.id}`, () => ({ content: 'mine' }), 'message_not_found'],
    ['DELETE', () => `/api/messages/${secret.id}`, undefined, 'message_not_found'],
    ['DELETE', () => `/api/messages/${secret.id}?for=me`, undefined, 'message_not_found'],
    ['POST', () => '/api/messages/mark-read', () => ({ chatId: secret.chatId }), 'chat_not_found'],
    ['POST', () => '/api/messages/mark-read', () => ({ messageId: secret.id }), 'message_not_found'],
    ['POST', () => '/api/messages/send', () => ({ chatId: secret.chatId, content: 'x' }), 'chat_not_found'],
    ['GET', () => `/api/messages/search?q=us&chatId=${secret.chatId}`, undefined, 'chat_not_found'],
    ['GET', () => `/messages/${secret.chatId}`, undefined, 'chat_not_found'],
    ['GET', () => `/api/messages/${secret.chatId}`, undefined, 'user_not_found'],
  ];
  it.each(attempts)('is not there for a stranger: %s %s', async (method, path, body, code) => {
    const options = { token: carol.token, ...(body === undefined ? {} : { body: body() }) };
    expectProblem(await server.request(method, path(), options), code);
  });

  it('a member may not change', async () => {
    const edit = await server.request('PUT', `/api/messages/${secret.id}`, {
      token: bob.token,
      body: { content: 'mine' },
    });
    expectProblem(edit, 'forbidden');
    expectProblem(
      await server.request('DELETE', `/api/messages/${secret.id}`, { token: bob.token }),
      'forbidden',
    );
  });

  it('is no session of one’s own', async () => {
    const { body } = await server.request('GET', '/api/auth/sessions', { token: ann.token });
    const path = `/api/auth/sessions/${body.sessions[0].id}`;
    expectProblem(await server.request('DELETE', path, { token: carol.token }), 'session_not_found');
  });
});

describe('the sidebar dialect', () => {
  const routesOfSidebar = named('sidebar', sidebarRoutes);

  it.each(routesOfSidebar)('says what is wrong as { error } alone: %s', async (_, route) => {
    const answers = [
      await sidebar.request(route.method, pathOf(route, 'nothing'), { body: '{"a":' }).catch(() => null),
      await sidebar.request(
        route.method,
        pathOf(route, 'nothing'),
        route.method === 'POST' ? { body: {} } : {},
      ),
    ];
    for (const answer of answers) {
      if (answer === null || answer.status < 400) continue;
      expect(answer.status).toBeLessThan(500);
      expect(answer.body).toEqual({ error: expect.any(String) });
    }
  });
});
