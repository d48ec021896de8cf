import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeClients, enter } from '../live/live.client.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

/** The document with `user:connect` and `message:send`. */
let server: TestServer;
let people = 0;

beforeAll(async () => {
  server = await startTestServer({ COOKIE_NAME: 'session', CLIENT_URL: 'https://yourfrontend.example.com' });
});
afterEach(closeClients);
afterAll(() => server.close());

async function signUp() {
  people += 1;
  const body = { name: `Colon User ${people}`, email: `colon${people}@example.com`, password: 'Password123' };
  const answer = await server.request('POST', '/api/auth/register', { body });
  return { answer, ...body, id: answer.body.user?._id as string, token: answer.body.token as string };
}

const cookiesOf = (headers: Headers) => headers.getSetCookie();

describe('accounts', () => {
  it('registers with name, email and password: token, cookie, no password', async () => {
    const { answer, name } = await signUp();
    expect(answer).toMatchObject({ status: 201, body: { user: { name }, token: expect.any(String) } });
    expect(cookiesOf(answer.headers).find((cookie) => cookie.startsWith('session='))).toMatch(/HttpOnly/i);
    expect(JSON.stringify(answer.body)).not.toMatch(/password/i);
  });

  it('accepts the token as Bearer and as the cookie named by COOKIE_NAME', async () => {
    const { email, token } = await signUp();
    const login = await server.request('POST', '/api/auth/login', {
      body: { email, password: 'Password123' },
    });
    const cookie = cookiesOf(login.headers)
      .find((line) => line.startsWith('session='))
      ?.split(';')[0];
    expect((await server.request('GET', '/api/users', { token })).status).toBe(200);
    expect((await server.request('GET', '/api/users', { headers: { Cookie: cookie! } })).status).toBe(200);
    expect((await server.request('GET', '/api/users')).status).toBe(401);
  });

  it('logs out with { message: "Logged out" } and clears the cookie', async () => {
    const { token } = await signUp();
    const answer = await server.request('POST', '/api/auth/logout', { token });
    expect(answer).toMatchObject({ status: 200, body: { message: 'Logged out' } });
    expect(cookiesOf(answer.headers).find((cookie) => cookie.startsWith('session='))).toMatch(
      /session=;|Expires=Thu, 01 Jan 1970/,
    );
  });

  it('allows the origin of CLIENT_URL with credentials and no other', async () => {
    const ask = (origin: string) =>
      server.request('OPTIONS', '/api/users', {
        headers: { Origin: origin, 'Access-Control-Request-Method': 'GET' },
      });
    const allowed = await ask('https://yourfrontend.example.com');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://yourfrontend.example.com');
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true');
    expect((await ask('https://evil.example.com')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('users and messages', () => {
  it('lists other users in pages', async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    const all = await server.request('GET', '/api/users?limit=100&skip=0', { token: ann.token });
    const ids = all.body.users.map((user: { _id: string }) => user._id);
    expect(ids).toContain(bob.id);
    expect(ids).not.toContain(ann.id);
    const second = await server.request('GET', '/api/users?limit=1&skip=1', { token: ann.token });
    expect(second.body.users.map((user: { _id: string }) => user._id)).toEqual([ids[1]]);
  });

  it('stores a message, answers with it, and pages from the newest by conversation or user id', async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    const send = (text: string) =>
      server.request('POST', '/api/messages/send', {
        token: ann.token,
        body: { to: bob.id, text, tempId: 'temp-1' },
      });
    const { status, body: first } = await send('one');
    expect(status).toBe(201);
    expect(first).toMatchObject({
      _id: expect.any(String),
      from: ann.id,
      to: bob.id,
      text: 'one',
      createdAt: expect.any(String),
      delivered: false,
      read: false,
      conversationId: expect.any(String),
    });
    // The same tempId again is another message: it only correlates.
    for (const text of ['two', 'three']) expect((await send(text)).status).toBe(201);
    for (const id of [first.conversationId, ann.id]) {
      const page = await server.request('GET', `/api/messages/${id}?limit=2&skip=0`, { token: bob.token });
      expect(page.body.map(({ text }: { text: string }) => text)).toEqual(['two', 'three']);
      expect(page.headers.get('x-total-count')).toBe('3');
      expect(page.headers.get('link')).toMatch(/skip=2/);
      const rest = await server.request('GET', `/api/messages/${id}?limit=2&skip=2`, { token: bob.token });
      expect(rest.body.map(({ text }: { text: string }) => text)).toEqual(['one']);
    }
  });

  it('is true to delivered and read', async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    const { body } = await server.request('POST', '/api/messages/send', {
      token: ann.token,
      body: { to: bob.id, text: 'hi' },
    });
    const states = async () =>
      (await server.request('GET', `/api/messages/${bob.id}`, { token: ann.token })).body.map(
        ({ delivered, read }: { delivered: boolean; read: boolean }) => ({ delivered, read }),
      );
    expect(await states()).toEqual([{ delivered: false, read: false }]);
    await enter(server, bob, { dialect: 'colon' });
    await expect.poll(states).toEqual([{ delivered: true, read: false }]);
    await server.request('POST', '/api/messages/mark-read', {
      token: bob.token,
      body: { chatId: body.conversationId },
    });
    expect(await states()).toEqual([{ delivered: true, read: true }]);
  });
});

describe('Socket.IO', () => {
  it('carries messages, presence and typing by the names with a colon', async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    await server.request('POST', '/api/messages/send', {
      token: ann.token,
      body: { to: bob.id, text: 'to start with' },
    });
    const first = await enter(server, ann);
    first.socket.emit('user:connect', { userId: ann.id });
    const second = await enter(server, bob);
    second.socket.emit('user:connect', { userId: bob.id });
    // What came while he was away is delivered when he connects.
    expect(await second.waitFor('message:received')).toMatchObject({
      message: { text: 'to start with', from: ann.id },
    });
    expect(await first.waitFor('user:online')).toEqual({ userId: bob.id });
    first.socket.emit('message:send', { to: bob.id, text: 'hello', tempId: 'temp-7' });
    expect(await first.waitFor('message:sent')).toMatchObject({
      tempId: 'temp-7',
      message: { text: 'hello', from: ann.id, to: bob.id },
    });
    expect(await second.waitFor('message:received', ({ message }) => message.text === 'hello')).toMatchObject(
      { message: { from: ann.id, conversationId: expect.any(String) } },
    );
    second.socket.emit('user:typing', { to: ann.id, isTyping: true });
    expect(await first.waitFor('user:typing')).toMatchObject({ isTyping: true });
    second.socket.disconnect();
    await expect
      .poll(() => first.all('user:offline'), { timeout: 40_000 })
      .toEqual([{ userId: bob.id, lastSeen: expect.any(String) }]);
  });

  it('never believes a claimed userId', async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    const client = await enter(server, ann);
    expect(await client.call('user:connect', { userId: bob.id })).toMatchObject({
      ok: false,
      error: { code: 'forbidden' },
    });
  });
});

it('answers the health check', async () => {
  expect(await server.request('GET', '/api/health')).toMatchObject({
    status: 200,
    body: { status: 'ok', database: 'up' },
  });
});
