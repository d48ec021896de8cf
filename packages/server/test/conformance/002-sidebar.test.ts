import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeClients, connect } from '../live/live.client.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

/** The document of the chat with a sidebar, and the front ends that were written to it: `DIALECT=sidebar`. */
let server: TestServer;
let people = 0;

beforeAll(async () => {
  server = await startTestServer({ DIALECT: 'sidebar' });
});
afterEach(closeClients);
afterAll(() => server.close());

async function signUp(extra: object = {}) {
  people += 1;
  const body = {
    fullName: `Side Bar ${people}`,
    username: `side${people}`,
    password: 'Password123',
    confirmPassword: 'Password123',
    gender: 'female',
    ...extra,
  };
  const answer = await server.request('POST', '/api/auth/signup', { body });
  const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('jwt=')) ?? '';
  return { answer, ...body, id: answer.body._id as string, cookie: cookie.split(';')[0]!, setCookie: cookie };
}

const as = ({ cookie }: { cookie: string }) => ({ headers: { Cookie: cookie } });
const enterAs = async (person: { cookie: string }, query = {}) => {
  const client = connect(server, {}, { extraHeaders: { Cookie: person.cookie, Origin: server.url }, query });
  await client.waitFor('getOnlineUsers');
  return client;
};

describe('accounts', () => {
  it('signs up without an e-mail address and sets the cookie jwt', async () => {
    const { answer, id, fullName, username, setCookie } = await signUp();
    expect(answer).toMatchObject({
      status: 201,
      body: { _id: id, fullName, username, profilePic: expect.any(String) },
    });
    expect(setCookie).toMatch(/HttpOnly/i);
    expect(setCookie).toMatch(/SameSite/i);
  });

  it('answers { error } with 400 to a bad sign-up and to a failed login', async () => {
    const { username } = await signUp();
    const bad = [
      await server.request('POST', '/api/auth/signup', {
        body: { fullName: 'A', username: 'zzz', password: 'Password123', confirmPassword: 'different' },
      }),
      await server.request('POST', '/api/auth/login', { body: { username, password: 'not the one' } }),
      await server.request('POST', '/api/auth/login', {
        body: { username: 'nobody_here', password: 'not the one' },
      }),
    ];
    for (const answer of bad)
      expect(answer).toMatchObject({ status: 400, body: { error: expect.any(String) } });
  });

  it('logs in with the same shape and logs out with the sentence of the document', async () => {
    const { username, id } = await signUp();
    const login = await server.request('POST', '/api/auth/login', {
      body: { username, password: 'Password123' },
    });
    expect(login).toMatchObject({ status: 200, body: { _id: id, username } });
    const cookie = login.headers
      .getSetCookie()
      .find((line) => line.startsWith('jwt='))!
      .split(';')[0]!;
    expect(await server.request('POST', '/api/auth/logout', as({ cookie }))).toMatchObject({
      status: 200,
      body: { message: 'Logged out successfully' },
    });
    expect((await server.request('GET', '/api/users', as({ cookie }))).status).toBe(401);
  });
});

describe('messages', () => {
  it('lists users for the sidebar, sends and pages as bare values', async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    const users = await server.request('GET', '/api/users', as(ann));
    expect(users.body).toContainEqual({
      _id: bob.id,
      fullName: bob.fullName,
      username: bob.username,
      profilePic: expect.any(String),
    });
    expect(users.body.map(({ _id }: { _id: string }) => _id)).not.toContain(ann.id);
    const sent = await server.request('POST', `/api/messages/send/${bob.id}`, {
      ...as(ann),
      body: { message: 'hello' },
    });
    expect(sent.status).toBe(201);
    expect(sent.body).toEqual({
      _id: expect.any(String),
      senderId: ann.id,
      receiverId: bob.id,
      message: 'hello',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect((await server.request('GET', `/api/messages/${ann.id}`, as(bob))).body).toEqual([sent.body]);
    expect((await server.request('GET', `/api/messages/${(await signUp()).id}`, as(bob))).body).toEqual([]);
  });
});

describe('Socket.IO', () => {
  it('authenticates by the cookie, emits getOnlineUsers and newMessage', async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    const first = await enterAs(ann);
    const second = await enterAs(bob);
    await first.waitFor('getOnlineUsers', (ids: string[]) => ids.includes(ann.id) && ids.includes(bob.id));
    const { body } = await server.request('POST', `/api/messages/send/${bob.id}`, {
      ...as(ann),
      body: { message: 'live' },
    });
    expect(await second.waitFor('newMessage')).toEqual(body);
  });

  it('never believes query.userId', async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    const client = await enterAs(ann, { userId: bob.id });
    const ids = await client.waitFor('getOnlineUsers', (online: string[]) => online.includes(ann.id));
    expect(ids).not.toContain(bob.id);
  });
});
