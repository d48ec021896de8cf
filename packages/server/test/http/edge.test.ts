import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, startTestServer, type TestServer } from '../support/test-server.js';

let server: TestServer;
let ann: Person;

beforeAll(async () => {
  server = await startTestServer({
    CLIENT_URL: 'https://app.example.com, https://other.example.com',
    TRUST_PROXY: 'loopback',
  });
  ann = await server.newPerson('ann');
});
afterAll(() => server.close());

describe('every answer', () => {
  const everyKind: [string, () => Promise<{ headers: Headers }>][] = [
    ['a success', () => server.request('GET', '/api/users', { token: ann.token })],
    ['an error', () => server.request('GET', '/api/users')],
    ['nothing there', () => server.request('GET', '/nothing')],
    ['a page', () => server.request('GET', '/api/docs')],
    ['the root', () => server.request('GET', '/')],
  ];

  it.each(everyKind)('has the security headers: %s', async (_, ask) => {
    const { headers } = await ask();
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|upgrade-insecure-requests|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-request-id')).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  });

  it('of the API is kept by no cache', async () => {
    for (const path of ['/api/users', '/api/auth/profile', '/users', '/api/health', '/nothing']) {
      expect((await server.request('GET', path, { token: ann.token })).headers.get('cache-control')).toBe(
        'no-store',
      );
    }
  });
});

describe('the request id', () => {
  it.each(['abc-123_X.9', 'a'.repeat(64)])('is the client’s own: %s', async (id) => {
    const { headers, body } = await server.request('GET', '/api/users', { headers: { 'X-Request-Id': id } });
    expect([headers.get('x-request-id'), body.instance]).toEqual([id, id]);
  });

  it.each(['a'.repeat(65), 'a b', 'a"b', '{}', 'ä'])(
    'is another one where that could do harm: %s',
    async (id) => {
      const { headers, body } = await server.request('GET', '/api/users', {
        headers: { 'X-Request-Id': id },
      });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(body.instance).toBe(headers.get('x-request-id'));
    },
  );
});

describe('addresses that are not there', () => {
  it.each(['/nothing', '/api', '/api/nothing', '/api/auth', '/register/now', '/metrics'])(
    '%s is not_found',
    async (path) => {
      expect(await server.request('GET', path, { token: ann.token })).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      });
    },
  );

  it.each([
    ['PATCH', '/api/users', 'GET, HEAD, OPTIONS'],
    ['GET', '/api/auth/login', 'POST, OPTIONS'],
    ['GET', '/api/messages/send', 'POST, OPTIONS'],
    ['DELETE', '/api/auth/profile', 'GET, PUT, HEAD, OPTIONS'],
    ['POST', '/api/messages/000000000000000000000001', 'PUT, DELETE, GET, HEAD, OPTIONS'],
    ['PUT', '/register', 'POST, OPTIONS'],
    ['POST', '/api/openapi.json', 'GET, HEAD, OPTIONS'],
  ])('%s %s is method_not_allowed and says what is', async (method, path, allow) => {
    const answer = await server.request(method, path, { token: ann.token });
    expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it('answers HEAD like GET, without a body', async () => {
    const answer = await fetch(`${server.url}/api/users`, {
      method: 'HEAD',
      headers: { Authorization: `Bearer ${ann.token}` },
    });
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'application/json; charset=utf-8',
      '',
    ]);
  });

  it('answers OPTIONS with what is allowed', async () => {
    const answer = await server.request('OPTIONS', '/api/users');
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    server.request('OPTIONS', '/api/messages/send', {
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type,authorization',
      },
    });

  it('lets listed origins in, with credentials', async () => {
    for (const origin of ['https://app.example.com', 'https://other.example.com']) {
      const { status, headers } = await preflight(origin);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('access-control-allow-headers')).toContain('authorization');
      expect(headers.get('vary')).toMatch(/Origin/);
    }
  });

  it.each(['https://evil.example', 'null', 'http://app.example.com', 'http://localhost:5173'])(
    'lets %s see nothing',
    async (origin) => {
      const { headers } = await preflight(origin);
      expect(headers.get('access-control-allow-origin')).toBeNull();
      const simple = await server.request('GET', '/api/health', { headers: { Origin: origin } });
      expect(simple.headers.get('access-control-allow-origin')).toBeNull();
      expect(simple.headers.get('vary')).toMatch(/Origin/);
    },
  );

  it('lets pages read the headers that matter', async () => {
    const { headers } = await server.request('GET', '/api/health', {
      headers: { Origin: 'https://app.example.com' },
    });
    expect(headers.get('access-control-expose-headers')?.split(',')).toEqual(
      expect.arrayContaining(['X-Total-Count', 'X-Has-More', 'Link', 'Retry-After', 'X-Request-Id']),
    );
  });
});

describe('the cookies', () => {
  const signIn = (headers: Record<string, string> = {}) =>
    server.request('POST', '/api/auth/login', {
      body: { identifier: ann.username, password: 'Password123' },
      headers,
    });
  const valuesOf = (headers: Headers) =>
    headers.getSetCookie().map((cookie) => cookie.split(';')[0] as string);

  it('are out of reach for scripts and for other sites', async () => {
    const [access, refresh] = (await signIn()).headers.getSetCookie() as [string, string];
    expect(access).toMatch(/^token=[^;]+; Max-Age=604800; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    expect(refresh).toMatch(
      /^token_refresh=[^;]+; Max-Age=2592000; Path=\/api\/auth; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
  });

  it('are Secure when the request came over HTTPS', async () => {
    const cookies = (await signIn({ 'X-Forwarded-Proto': 'https' })).headers.getSetCookie();
    expect(cookies.every((cookie) => cookie.includes('; Secure'))).toBe(true);
  });

  it('authenticate', async () => {
    const Cookie = valuesOf((await signIn()).headers).join('; ');
    expect(await server.request('GET', '/api/auth/profile', { headers: { Cookie } })).toMatchObject({
      status: 200,
    });
  });

  it('count for less than a token in the header', async () => {
    const [Cookie] = valuesOf((await signIn()).headers) as [string];
    const answer = await server.request('GET', '/api/auth/profile', { token: 'bad', headers: { Cookie } });
    expect(answer.body.code).toBe('invalid_token');
  });

  it.each([
    ['a foreign origin', { Origin: 'https://evil.example' }, 403],
    ['a sandboxed frame', { Origin: 'null' }, 403],
    ['another site, without an origin', { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['a listed origin', { Origin: 'https://app.example.com' }, 200],
    ['the same site, without an origin', { 'Sec-Fetch-Site': 'same-origin' }, 200],
    ['no browser', {}, 200],
  ] as const)('of a request that changes something, made by %s', async (_, headers, status) => {
    const Cookie = valuesOf((await signIn()).headers).join('; ');
    const change = await server.request('PUT', '/api/auth/profile', {
      headers: { Cookie, ...headers },
      body: { bio: 'x' },
    });
    expect(change.status).toBe(status);
    const refresh = await server.request('POST', '/api/auth/refresh-token', {
      headers: { Cookie, ...headers },
    });
    expect(refresh.status).toBe(status);
    if (status === 403)
      expect([change.body.code, refresh.body.code]).toEqual(['origin_not_allowed', 'origin_not_allowed']);
  });

  it('of the own origin are always fine', async () => {
    const Cookie = valuesOf((await signIn()).headers).join('; ');
    const headers = { Cookie, Origin: 'https://chat.example.net', 'X-Forwarded-Host': 'chat.example.net' };
    expect((await server.request('PUT', '/api/auth/profile', { headers, body: { bio: 'x' } })).status).toBe(
      200,
    );
  });

  it('are renewed by refreshing, and cleared by logging out', async () => {
    const Cookie = valuesOf((await signIn()).headers).join('; ');
    const refreshed = valuesOf(
      (await server.request('POST', '/api/auth/refresh-token', { headers: { Cookie } })).headers,
    );
    expect(refreshed.map((cookie) => cookie.split('=')[0])).toEqual(['token', 'token_refresh']);
    const out = await server.request('POST', '/api/auth/logout', {
      headers: { Cookie: refreshed.join('; ') },
    });
    expect(out.headers.getSetCookie().map((cookie) => cookie.split(';').slice(0, 2).join(';'))).toEqual([
      'token=; Path=/',
      'token_refresh=; Path=/api/auth',
    ]);
    expect(
      (await server.request('GET', '/api/auth/profile', { headers: { Cookie: refreshed.join('; ') } })).body
        .code,
    ).toBe('session_revoked');
  });

  it.each([
    'token=j%3A%7B%22a%22%3A1%7D',
    'token=',
    'token',
    '%',
    'token="',
    'token=%E0%A4%A',
    `token=${'a'.repeat(6_000)}`,
  ])('that are nonsense do no harm: %s', async (Cookie) => {
    expect((await server.request('GET', '/api/users', { headers: { Cookie } })).status).toBe(401);
  });
});

/** What comes back for raw bytes. */
function exchange(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket
      .on('data', (data) => (answer += data))
      .on('error', reject)
      .on('close', () => resolve(answer));
  });
}

describe('what is no proper HTTP', () => {
  it.each([
    ['noise', 'hello?\r\n\r\n', '400'],
    ['a header without end', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`, '431'],
    [
      'two lengths',
      'POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na',
      '400',
    ],
    [
      'a length and chunks',
      'POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
    ],
    [
      'a broken chunk',
      'POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      '400',
    ],
  ])('is told so, and the connection closed: %s', async (_, bytes, status) => {
    const answer = await exchange(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/Connection: close/);
    expect(answer).toMatch(/application\/problem\+json[\s\S]*"code":"/);
  });

  it('costs nobody else anything', async () => {
    expect((await server.request('GET', '/api/health')).status).toBe(200);
  });
});
