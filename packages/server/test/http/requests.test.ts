import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limits } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logging/logger.js';
import { type Person, startTestServer, type TestServer } from '../support/test-server.js';

describe('the log of requests', () => {
  const lines: Record<string, unknown>[] = [];
  const raw: string[] = [];
  let server: TestServer;
  beforeAll(async () => {
    const write = (line: string) => {
      raw.push(line);
      lines.push(JSON.parse(line) as Record<string, unknown>);
    };
    server = await startTestServer({}, { logger: createLogger({ level: 'debug' }, { write }) });
  });
  afterAll(() => server.close());

  /** The line of a request, which is written when its connection is done with it. */
  async function lineOf(requestId: string): Promise<Record<string, unknown>> {
    return expect
      .poll(() => lines.find((line) => line['requestId'] === requestId))
      .toBeDefined()
      .then(() => lines.find((line) => line['requestId'] === requestId) as Record<string, unknown>);
  }

  it.each([
    ['a success', 'GET', '/api/health', 200, 20],
    ['a mistake', 'GET', '/nothing', 404, 20],
    ['a refusal', 'GET', '/api/users', 401, 30],
  ])('has one line for %s', async (name, method, path, status, level) => {
    const requestId = name.replace(' ', '-');
    await server.request(method, path, { headers: { 'X-Request-Id': requestId } });
    expect(await lineOf(requestId)).toMatchObject({
      level,
      method,
      path,
      status,
      ms: expect.any(Number),
      address: '127.0.0.1',
      msg: 'request',
    });
    expect(lines.filter((line) => line['requestId'] === requestId)).toHaveLength(1);
  });

  it('tells who asked', async () => {
    const ann = await server.newPerson();
    await server.request('GET', '/api/auth/profile', {
      token: ann.token,
      headers: { 'X-Request-Id': 'who' },
    });
    expect(await lineOf('who')).toMatchObject({ userId: ann.id });
  });

  it('holds no token, password, text or search', async () => {
    const ann = await server.newPerson();
    const headers = { 'X-Request-Id': 'last-of-these', Cookie: 'token=cookie-hidden' };
    await server.request('POST', '/login', { body: { username: ann.username, password: 'wrong-hidden' } });
    await server.request('GET', `/api/messages/search?q=search-hidden&token=${ann.token}`, {
      token: ann.token,
    });
    await server.request('POST', '/api/messages/send', {
      token: ann.token,
      body: { chatId: '000000000000000000000001', content: 'text-hidden' },
    });
    await server.request('POST', '/api/messages/send', { token: ann.token, body: '{"content":"json-hidden' });
    await server.request('GET', '/api/health?secret=query-hidden', { headers });
    await lineOf('last-of-these');
    expect(raw.join('')).not.toMatch(/hidden/);
    expect(raw.join('')).not.toContain(ann.token.slice(-20));
  });

  it('holds what went wrong inside, which the answer does not', async () => {
    const { messages } = server.services;
    const { search } = messages;
    messages.search = () => Promise.reject(new Error('inner-detail'));
    const ann = await server.newPerson();
    const answer = await server.request('GET', '/api/messages/search?q=x', {
      token: ann.token,
      headers: { 'X-Request-Id': 'broken' },
    });
    messages.search = search;
    expect(answer).toMatchObject({
      status: 500,
      body: { code: 'internal', instance: 'broken', detail: 'Something went wrong on the server' },
    });
    expect(JSON.stringify(answer.body)).not.toContain('inner-detail');
    expect(await lineOf('broken')).toMatchObject({ level: 50, status: 500 });
    expect(JSON.stringify(await lineOf('broken'))).toMatch(/inner-detail.*requests\.test/);
  });
});

/** What is counted together. */
const WINDOW_MS = 5_000;

describe('the limits on requests', () => {
  it('hold for credential endpoints by address, all of them together', async () => {
    const server = await startTestServer({
      RATE_LIMIT_MAX_REQUESTS: '5',
      RATE_LIMIT_WINDOW_MS: '60000',
      TRUST_PROXY: '1',
    });
    try {
      const from = (address: string) => ({ headers: { 'X-Forwarded-For': address }, body: {} });
      for (const path of [
        '/login',
        '/register',
        '/api/auth/login',
        '/api/auth/register',
        '/api/auth/signup',
      ]) {
        expect((await server.request('POST', path, from('203.0.113.1'))).status).toBe(400);
      }
      const refused = await server.request('POST', '/login', from('203.0.113.1'));
      expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await server.request('POST', '/login', from('203.0.113.2'))).status).toBe(400);
      // What a client puts before what the proxy says is not believed.
      expect((await server.request('POST', '/login', from('203.0.113.77, 203.0.113.1'))).status).toBe(429);
    } finally {
      await server.close();
    }
  });

  it.each([
    ['requests', { requestsPerSecond: 2 }, 'GET', '/api/users', undefined, 10],
    ['searches', { searchesPerSecond: 1 }, 'GET', '/api/messages/search?q=x', undefined, 5],
    [
      'messages',
      { messagesPerSecond: 1 },
      'POST',
      '/api/messages/send',
      { chatId: '000000000000000000000001', content: 'x' },
      5,
    ],
    [
      'messages of the classic dialect',
      { messagesPerSecond: 1 },
      'POST',
      '/messages',
      { recipientId: 'f'.repeat(24), text: 'x' },
      5,
    ],
  ] as const)('hold for %s by user', async (_, limits, method, path, body, burst) => {
    const server = await startTestServer({}, { limits });
    try {
      const ask = async ({ token }: Person) =>
        (await server.request(method, path, { token, ...(body && { body }) })).status;
      let statuses: number[] = [];
      let tookMs = WINDOW_MS;
      // Of what takes longer than the window, more may pass.
      while (tookMs >= WINDOW_MS) {
        const ann = await server.newPerson();
        const startedAt = performance.now();
        statuses = await Promise.all(Array.from({ length: burst + 5 }, () => ask(ann)));
        tookMs = performance.now() - startedAt;
      }
      expect(statuses.filter((status) => status === 429)).toHaveLength(5);
      expect(await ask(await server.newPerson())).not.toBe(429);
    } finally {
      await server.close();
    }
  });
});

describe('while as many passwords wait as may', () => {
  it('another one is refused before its body is read, and is no attempt', async () => {
    // A hash of this cost takes the better part of a second, and nobody's turn comes meanwhile.
    const busy = await startTestServer({ RATE_LIMIT_MAX_REQUESTS: '1' }, { passwordCost: 14 });
    const device = { agent: 'test', address: '192.0.2.1' };
    const held = Array.from({ length: limits.passwordHashesWaiting + 50 }, (_, n) =>
      busy.services.accounts.login({ username: `nobody${n}`, password: 'Password123' }, device),
    );
    const settled = Promise.allSettled(held);
    // The first to be answered is one for which there was no room.
    await expect(Promise.race(held)).rejects.toMatchObject({ code: 'server_busy' });
    for (const path of ['/api/auth/login', '/api/auth/register', '/login', '/register']) {
      const { status, body, headers } = await busy.request('POST', path, { body: 'not JSON' });
      expect([path, status, body.code]).toEqual([path, 503, 'server_busy']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    await busy.close();
    await settled;
  });
});

describe('the web app', () => {
  let webRoot: string;
  let server: TestServer;
  beforeAll(async () => {
    webRoot = await mkdtemp(join(tmpdir(), 'parley-web-'));
    mkdirSync(join(webRoot, 'assets'));
    writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>App</title>');
    writeFileSync(join(webRoot, 'assets', 'app-1234.js'), 'export {};');
    writeFileSync(join(webRoot, '.secret'), 'hidden');
    server = await startTestServer({}, { webRoot });
  });
  afterAll(async () => {
    await server.close();
    await rm(webRoot, { recursive: true, force: true });
  });
  const page = { headers: { Accept: 'text/html,application/xhtml+xml' } };

  it('is at the root, asked for again each time; files with a hash in their name are kept', async () => {
    const root = await server.request('GET', '/', page);
    expect([root.status, root.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect(root.body).toContain('<title>App</title>');
    const asset = await server.request('GET', '/assets/app-1234.js');
    expect([asset.status, asset.headers.get('cache-control')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ]);
    expect(asset.headers.get('content-security-policy')).toContain("script-src 'self'");
  });

  it('may be built while the server runs', async () => {
    const later = await mkdtemp(join(tmpdir(), 'parley-web-'));
    const own = await startTestServer({}, { webRoot: later });
    try {
      expect((await own.request('GET', '/', page)).body).toContain('/api/docs');
      expect((await own.request('GET', '/chat', page)).status).toBe(404);
      writeFileSync(join(later, 'index.html'), '<title>App</title>');
      expect((await own.request('GET', '/', page)).body).toContain('<title>App</title>');
      expect((await own.request('GET', '/chat', page)).body).toContain('<title>App</title>');
    } finally {
      await own.close();
      await rm(later, { recursive: true });
    }
  });

  it('opens at the address of a view, and only for people', async () => {
    expect((await server.request('GET', '/chat/123', page)).body).toContain('<title>App</title>');
    expect((await server.request('GET', '/login', page)).body).toContain('<title>App</title>');
    expect(await server.request('GET', '/chat/123')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });

  it.each(['/api/nothing', '/assets/gone.js', '/gone.png', '/.secret', '/..%2f..%2fetc%2fpasswd', '/users'])(
    'does not stand in for %s',
    async (path) => {
      const answer = await server.request('GET', path, page);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.body.code).toEqual(expect.any(String));
    },
  );
});
