import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logging/logger.js';
import { quickest } from '../support/quickest.js';
import { type Person, startTestServer, type TestServer } from '../support/test-server.js';

let server: TestServer;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  server = await startTestServer({ METRICS_TOKEN: 'let-me-look' });
  [ann, bob] = [await server.newPerson('ann'), await server.newPerson('bob')];
});
afterAll(() => server.close());

/** Resolves when the database is known to be up or down. */
function databaseIs(up: boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = server.database.onStateChange((state) => {
      if (state !== up) return;
      stop();
      resolve();
    });
    if (server.database.isUp() === up) resolve();
  });
}

describe('health', () => {
  it('is told to anybody, at every usual address', async () => {
    expect(await server.request('GET', '/api/health')).toMatchObject({
      status: 200,
      body: {
        status: 'ok',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        uptime: expect.any(Number),
        database: 'up',
        redis: 'off',
      },
    });
    for (const path of ['/api/health/live', '/live']) {
      expect(await server.request('GET', path)).toMatchObject({ status: 200, body: { status: 'ok' } });
    }
    for (const path of ['/api/health/ready', '/ready']) {
      expect(await server.request('GET', path)).toMatchObject({ status: 200, body: { status: 'ready' } });
    }
  });

  it('is bad while the database hangs, and good again afterwards', async () => {
    const engine = server.database.engineProcessId() as number;
    const down = databaseIs(false);
    process.kill(engine, 'SIGSTOP');
    try {
      await down;
      expect(await server.request('GET', '/api/health')).toMatchObject({
        status: 503,
        body: { status: 'degraded', database: 'down' },
      });
      expect(await server.request('GET', '/ready')).toMatchObject({
        status: 503,
        body: { code: 'database_unavailable' },
      });
      expect(await server.request('GET', '/live')).toMatchObject({ status: 200 });
      const body = { to: bob.id, content: 'hello' };
      const refused = await server.request('POST', '/api/messages/send', { token: ann.token, body });
      expect(refused).toMatchObject({
        status: 503,
        body: { code: 'database_unavailable', retryAfter: expect.any(Number) },
      });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      const login = { identifier: ann.username, password: 'Password123' };
      expect(await server.request('POST', '/login', { body: login })).toMatchObject({
        status: 503,
        body: { code: 'database_unavailable' },
      });
    } finally {
      process.kill(engine, 'SIGCONT');
    }
    await databaseIs(true);
    expect(await server.request('GET', '/ready')).toMatchObject({ status: 200 });
    expect(await server.request('GET', '/api/users', { token: ann.token })).toMatchObject({ status: 200 });
  });
});

describe('metrics', () => {
  it('are told to whoever has the token', async () => {
    expect(await server.request('GET', '/metrics')).toMatchObject({
      status: 401,
      body: { code: 'authentication_required' },
    });
    expect(await server.request('GET', '/metrics', { token: 'let-me-look!' })).toMatchObject({
      status: 401,
      body: { code: 'invalid_token' },
    });
    expect(await server.request('GET', '/metrics', { token: ann.token })).toMatchObject({ status: 401 });
    expect((await server.request('GET', '/metrics', { token: 'let-me-look' })).status).toBe(200);
  });

  it('count requests by route template, and messages', async () => {
    await server.request('POST', '/api/messages/send', {
      token: ann.token,
      body: { to: bob.id, content: 'hello' },
    });
    await server.request('GET', `/api/users/${bob.id}`, { token: ann.token });
    await server.request('GET', `/nothing/${bob.id}`);
    const { body } = await server.request('GET', '/metrics', { token: 'let-me-look' });
    expect(body).toMatch(
      /parley_http_request_duration_seconds_count\{method="GET",route="\/api\/users\/:id",status="200"\} 1/,
    );
    expect(body).toMatch(
      /parley_http_request_duration_seconds_count\{method="GET",route="unmatched",status="404"\} 1/,
    );
    expect(body).toMatch(/parley_messages_total\{kind="created"\} 1/);
    for (const name of [
      'parley_connections 0',
      'parley_users_online 0',
      'parley_commit_queue_depth 0',
      'parley_database_up 1',
    ]) {
      expect(body).toContain(name);
    }
    expect(body).toMatch(/nodejs_eventloop_lag_p99_seconds/);
    expect(body).not.toContain(bob.id);
  });

  it('are not there unless configured', async () => {
    const other = await startTestServer();
    try {
      expect(await other.request('GET', '/metrics')).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      });
    } finally {
      await other.close();
    }
  });
});

/** A request that the server has begun to read: its body waits for `finish`. */
async function openRequest(port: number, token: string, body: string) {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  const closed = new Promise<string>((resolve) => {
    socket
      .on('data', (data) => (answer += data))
      .on('error', () => undefined)
      .on('close', () => resolve(answer));
  });
  socket.write(
    `POST /api/messages/send HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once('data', resolve));
  return { closed, finish: () => socket.write(body) };
}

describe('stopping', () => {
  it('lets a request that is under way end, refuses new ones, and says goodbye', async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    const own = await startTestServer({}, { logger });
    const [sender, receiver] = [await own.newPerson(), await own.newPerson()];
    const request = await openRequest(
      own.port,
      sender.token,
      JSON.stringify({ to: receiver.id, content: 'the last one' }),
    );
    const closing = own.close();
    await expect(fetch(`${own.url}/api/health/ready`)).rejects.toThrow();
    request.finish();
    const answer = await request.closed;
    expect(answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 201 /);
    expect(answer).toContain('the last one');
    await closing;
    await own.close();
    // Nothing had to be cut off, the kept connection of that request included.
    expect(lines).toEqual([]);
  });

  it('refuses a request that comes late over an open connection', async () => {
    const own = await startTestServer();
    const late = connect(own.port, '127.0.0.1');
    const answer = new Promise<string>((resolve) => {
      let text = '';
      late.on('data', (data) => (text += data)).on('close', () => resolve(text));
    });
    // One whole request, to know that the connection is the server's by now, and the beginning of the next.
    late.write('GET /live HTTP/1.1\r\nHost: x\r\n\r\nGET /users HTTP/1.1\r\n');
    await new Promise((resolve) => late.once('data', resolve));
    const closing = own.close();
    late.write('Host: x\r\n\r\n');
    const [, second] = (await answer).split(/(?=HTTP\/1\.1 503 )/);
    expect(second).toMatch(/^HTTP\/1.1 503 [\s\S]*Connection: close\r\n[\s\S]*"code":"shutting_down"/);
    await closing;
  });

  it('does not wait for ever for a request that never ends', async () => {
    const shutdownMs = 6_500;
    const stop = async () => {
      const own = await startTestServer({}, { limits: { shutdownMs } });
      const sender = await own.newPerson();
      const request = await openRequest(
        own.port,
        sender.token,
        JSON.stringify({ to: sender.id, content: 'never' }),
      );
      const startedAt = performance.now();
      await own.close();
      const elapsedMs = performance.now() - startedAt;
      expect(await request.closed).not.toMatch(/ 201 /);
      return elapsedMs;
    };
    expect(await quickest(shutdownMs, stop)).toBeLessThan(shutdownMs);
  });
});
