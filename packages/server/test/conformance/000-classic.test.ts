import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeClients, enter } from '../live/live.client.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

/** The document that asks for `POST /register`, `/login`, `/logout`, and then conversations and messages. */
let server: TestServer;
let people = 0;

beforeAll(async () => {
  server = await startTestServer();
});
afterEach(closeClients);
afterAll(() => server.close());

async function signUp() {
  people += 1;
  const body = {
    username: `classic_${people}`,
    email: `classic_${people}@example.com`,
    password: 'Password123',
  };
  const registered = await server.request('POST', '/register', { body });
  const { body: signedIn } = await server.request('POST', '/login', {
    body: { email: body.email, password: body.password },
  });
  return { registered, ...body, id: signedIn.user._id as string, token: signedIn.token as string };
}

describe('accounts', () => {
  it('registers with username, email and password, and never shows a password', async () => {
    const { registered } = await signUp();
    expect(registered).toMatchObject({
      status: 201,
      body: { user: { _id: expect.any(String), username: expect.any(String) } },
    });
    expect(JSON.stringify(registered.body)).not.toMatch(/password|\$2b\$/i);
  });

  it('logs in by e-mail or by username and answers 401 otherwise', async () => {
    const { username, email } = await signUp();
    for (const identity of [{ email }, { username }]) {
      const answer = await server.request('POST', '/login', {
        body: { ...identity, password: 'Password123' },
      });
      expect(answer).toMatchObject({ status: 200, body: { token: expect.any(String), user: { username } } });
    }
    expect(
      (await server.request('POST', '/login', { body: { email, password: 'wrong password' } })).status,
    ).toBe(401);
  });

  it('refuses a logged-out token on every protected route', async () => {
    const { token, id } = await signUp();
    expect((await server.request('GET', '/users', { token })).status).toBe(200);
    expect((await server.request('POST', '/logout', { token })).status).toBe(200);
    const routes = [
      ['GET', '/users'],
      ['GET', '/conversations'],
      ['GET', `/messages/${id}`],
      ['POST', '/messages'],
      ['POST', '/logout'],
      ['GET', '/api/auth/profile'],
    ] as const;
    for (const [method, path] of routes) {
      expect(await server.request(method, path, { token }), `${method} ${path}`).toMatchObject({
        status: 401,
        body: { code: 'session_revoked' },
      });
      expect((await server.request(method, path)).status, `${method} ${path} without a token`).toBe(401);
    }
  });
});

describe('conversations', () => {
  it('lists the other users, sends, and gives conversations and messages with the fields of the document', async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    const users = await server.request('GET', '/users', { token: ann.token });
    expect(users.body.map((user: { _id: string }) => user._id)).toContain(bob.id);
    expect(users.body.map((user: { _id: string }) => user._id)).not.toContain(ann.id);

    const sent = await server.request('POST', '/messages', {
      token: ann.token,
      body: { recipientId: bob.id, text: 'first' },
    });
    expect(sent.status).toBe(201);
    expect(sent.body).toEqual({
      _id: expect.any(String),
      conversationId: expect.any(String),
      sender: ann.id,
      recipient: bob.id,
      text: 'first',
      createdAt: expect.any(String),
    });
    await server.request('POST', '/messages', {
      token: bob.token,
      body: { recipientId: ann.id, text: 'second' },
    });

    const { body: conversations } = await server.request('GET', '/conversations', { token: bob.token });
    expect(conversations).toMatchObject([
      {
        _id: sent.body.conversationId,
        participants: expect.any(Array),
        participant: { _id: ann.id, username: ann.username },
        lastMessage: { text: 'second' },
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
      },
    ]);
    expect(conversations[0].participants).toHaveLength(2);

    const messages = await server.request('GET', `/messages/${sent.body.conversationId}`, {
      token: bob.token,
    });
    expect(messages.body.map(({ text }: { text: string }) => text)).toEqual(['first', 'second']);
    expect(messages.headers.get('x-has-more')).toBe('false');
  });

  it('answers 404 to a foreign conversation and 400 to a malformed id', async () => {
    const [ann, bob, eve] = [await signUp(), await signUp(), await signUp()];
    const { body } = await server.request('POST', '/messages', {
      token: ann.token,
      body: { recipientId: bob.id, text: 'private' },
    });
    expect(
      (await server.request('GET', `/messages/${body.conversationId}`, { token: eve.token })).status,
    ).toBe(404);
    expect((await server.request('GET', '/messages/nonsense', { token: eve.token })).status).toBe(400);
  });

  it('gives the newest page of a long conversation and walks back by before', async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    let conversationId = '';
    for (let n = 1; n <= 7; n += 1) {
      conversationId = (
        await server.request('POST', '/messages', {
          token: ann.token,
          body: { recipientId: bob.id, text: `${n}` },
        })
      ).body.conversationId;
    }
    const page = await server.request('GET', `/messages/${conversationId}?limit=3`, { token: bob.token });
    expect(page.body.map(({ text }: { text: string }) => text)).toEqual(['5', '6', '7']);
    expect(page.headers.get('x-has-more')).toBe('true');
    const older = await server.request('GET', `/messages/${conversationId}?limit=3&before=5`, {
      token: bob.token,
    });
    expect(older.body.map(({ text }: { text: string }) => text)).toEqual(['2', '3', '4']);
  });
});

describe('Socket.IO', () => {
  it('emits new_message to the rooms of recipient and sender', async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    // A token of /login makes the socket classic; nothing else is said.
    const [sender, recipient] = [await enter(server, ann), await enter(server, bob)];
    const { body } = await server.request('POST', '/messages', {
      token: ann.token,
      body: { recipientId: bob.id, text: 'live' },
    });
    expect(await recipient.waitFor('new_message')).toEqual(body);
    expect(await sender.waitFor('new_message')).toEqual(body);
  });

  it('refuses a connection without a valid token', async () => {
    const { connect } = await import('../live/live.client.js');
    expect(await connect(server, { token: 'nonsense' }).waitFor('connect_error')).toMatchObject({
      data: { code: 'invalid_token' },
    });
  });
});
