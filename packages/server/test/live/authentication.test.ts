import { limits } from '@parley/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { closeClients, connect, enter, openRaw } from './live.client.js';
import { type LiveOptions, type LiveServer, prepareDatabase, startLive } from './live.fixture.js';

let database: TestDatabase;
let server: LiveServer;
const started: LiveServer[] = [];

async function start(options: LiveOptions = {}): Promise<LiveServer> {
  const live = await startLive(database, options);
  started.push(live);
  return live;
}

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareDatabase(database);
  server = await start();
});
afterEach(closeClients);
afterAll(async () => {
  for (const live of started) await live.close();
  await database.close();
});

const polling = { transports: ['polling'] };
const foreign = { origin: 'http://evil.test' };
const allowed = { origin: 'http://pages.test' };

describe('a Socket.IO connection', () => {
  it.each([
    ['auth.token', (token: string) => [{ token }, {}]],
    ['auth.token with Bearer', (token: string) => [{ token: `Bearer ${token}` }, {}]],
    [
      'the Authorization header',
      (token: string) => [{}, { extraHeaders: { authorization: `Bearer ${token}` } }],
    ],
    ['the cookie', (token: string) => [{}, { extraHeaders: { cookie: `a=b; token=${token}` } }]],
    [
      'the cookie from an allowed origin',
      (token: string) => [{}, { extraHeaders: { cookie: `token=${token}`, ...allowed } }],
    ],
    [
      'the cookie from the own origin',
      (token: string) => [{}, { extraHeaders: { cookie: `token=${token}`, origin: server.url } }],
    ],
    ['a token from any origin', (token: string) => [{ token }, { extraHeaders: foreign }]],
    ['a token over polling', (token: string) => [{ token }, polling]],
  ] satisfies [string, (token: string) => [object, object]][])(
    'is authenticated by %s',
    async (_what, make) => {
      const user = await server.newUser();
      const [auth, options = {}] = make(user.token) as Parameters<typeof connect> extends [
        unknown,
        ...infer Rest,
      ]
        ? Rest
        : never;
      const client = connect(server, auth, options);
      const { user: own } = await client.waitFor('authenticated');
      expect(own).toMatchObject({
        id: user.id,
        _id: user.id,
        username: user.username,
        status: 'online',
        email: `${user.username}@example.com`,
      });
      await client.waitFor('unread_count');
      expect(client.received.map(({ name }) => name)).toEqual(['connect', 'authenticated', 'unread_count']);
    },
  );

  it.each([
    ['an invented token', { token: 'nonsense' }, {}, 'invalid_token'],
    ['a token that is no string', { token: { $ne: null } }, {}, 'invalid_token'],
    ['a token without end', { token: 'x'.repeat(limits.tokenMaxCharacters + 1) }, {}, 'invalid_token'],
    ['an unknown dialect', { dialect: 'klingon' }, {}, 'invalid_request'],
    ['a bad cookie', {}, { extraHeaders: { cookie: 'token=nonsense' } }, 'invalid_token'],
  ])('is refused with connect_error for %s', async (_what, auth, options, code) => {
    const client = connect(server, auth, options);
    const { data } = await client.waitFor('connect_error');
    expect(data).toMatchObject({
      code,
      title: expect.any(String),
      detail: expect.any(String),
      status: expect.any(Number),
    });
  });

  it('is not authenticated by a cookie that a foreign page sends along', async () => {
    const { token } = await server.newUser();
    for (const transports of [['websocket'], ['polling']]) {
      const client = connect(
        server,
        {},
        { transports, extraHeaders: { cookie: `token=${token}`, ...foreign } },
      );
      expect((await client.waitFor('connect_error')).data).toMatchObject({
        code: 'origin_not_allowed',
        status: 403,
      });
    }
    const hidden = connect(
      server,
      {},
      { ...polling, extraHeaders: { cookie: `token=${token}`, 'sec-fetch-site': 'cross-site' } },
    );
    expect((await hidden.waitFor('connect_error')).data.code).toBe('origin_not_allowed');
  });

  it('lets pages of allowed origins alone read a polling handshake', async () => {
    const path = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const yes = await fetch(path, { headers: allowed });
    expect(yes.headers.get('access-control-allow-origin')).toBe(allowed.origin);
    expect(yes.headers.get('access-control-allow-credentials')).toBe('true');
    const no = await fetch(path, { headers: foreign });
    expect(no.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each(['an object', 'the bare token'])('is authenticated by its own event with %s', async (form) => {
    const user = await server.newUser();
    const client = connect(server);
    await client.waitFor('connect');
    const ack = client.call('authenticate', form === 'an object' ? { token: user.token } : user.token);
    // What follows at once waits until it is done.
    const next = client.call('sync', {});
    expect(await ack).toMatchObject({ ok: true, user: { id: user.id } });
    expect(await next).toMatchObject({ ok: true });
    expect((await client.waitFor('authenticated')).user.id).toBe(user.id);
  });

  it('may try again after a bad token, and may not change its user', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const client = connect(server);
    await client.waitFor('connect');
    expect(await client.call('authenticate', 'nonsense')).toMatchObject({
      ok: false,
      error: { code: 'invalid_token' },
    });
    expect(await client.call('authenticate', ann.token)).toMatchObject({ ok: true });
    expect(await client.call('authenticate', ben.token)).toMatchObject({
      ok: false,
      error: { code: 'forbidden' },
    });
    const fresh = await server.signIn(ann);
    expect(await client.call('authenticate', fresh.token)).toMatchObject({ ok: true });
    await server.services.accounts.logout(ann.actor, { all: false });
    expect(await client.call('sync', {})).toMatchObject({ ok: true });
    await server.services.accounts.logout(fresh.actor, { all: false });
    await client.waitFor('disconnect');
  });

  it('is closed when it does not authenticate in time', async () => {
    const hasty = await start({ limits: { authenticationTimeoutMs: 100 } });
    const client = connect(hasty);
    expect(await client.waitFor('error')).toMatchObject({ code: 'authentication_timeout' });
    expect(await client.waitFor('disconnect')).toBe('io server disconnect');
    expect(hasty.edge.connectionCount()).toBe(0);
  });

  it('hears nothing of anybody until it is authenticated', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const silent = connect(server);
    await silent.waitFor('connect');
    const reader = await enter(server, ben);
    const sender = await enter(server, ann);
    await sender.call('send_message', { to: ben.id, content: 'x' });
    await reader.waitFor('new_message');
    await silent.call('sync', {});
    expect(silent.received.map(({ name }) => name)).toEqual(['connect']);
  });
});

describe('the end of a session', () => {
  it('closes its connections of both transports at once, and no others', async () => {
    const user = await server.newUser();
    const elsewhere = await server.signIn(user);
    const [socket, survivor] = [await enter(server, user), await enter(server, elsewhere)];
    const raw = openRaw(server, `/?token=${user.token}`);
    await raw.waitFor('history');
    await server.services.accounts.logout(user.actor, { all: false });
    expect(await socket.waitFor('error')).toMatchObject({ code: 'session_revoked' });
    expect(await socket.waitFor('disconnect')).toBe('io server disconnect');
    expect(await raw.waitFor('close')).toMatchObject({ code: 4403 });
    expect(await survivor.call('sync', {})).toMatchObject({ ok: true });
  });

  it('also reaches a connection that authenticated just before', async () => {
    const user = await server.newUser();
    const racing = await start({
      replace: ({ accounts }) => ({
        accounts: {
          ...accounts,
          async authenticate(token) {
            const actor = await accounts.authenticate(token);
            racing.bus.publish('session.revoked', {
              userId: actor.userId,
              sessionIds: [actor.sessionId],
              reason: 'test',
            });
            return actor;
          },
        },
      }),
    });
    const client = connect(racing, { token: user.token });
    expect(await client.waitFor('error')).toMatchObject({ code: 'session_revoked' });
    await client.waitFor('disconnect');
  });

  it('closes a connection whose token expires while it is open', async () => {
    const brief = await start({ accessLifetimeSeconds: 6, limits: { heartbeatMs: 300 } });
    const user = await brief.newUser();
    const socket = await enter(brief, user);
    const raw = openRaw(brief, `/?token=${user.token}`);
    await raw.waitFor('history');
    expect(await socket.waitFor('error')).toMatchObject({ code: 'token_expired' });
    expect(await raw.waitFor('close')).toMatchObject({ code: 4403 });
  });
});

describe('connections', () => {
  it('are limited per user', async () => {
    const small = await start({ limits: { connectionsPerUser: 2 } });
    const user = await small.newUser();
    await enter(small, user);
    const raw = openRaw(small, `/?token=${user.token}`);
    await raw.waitFor('history');
    const third = connect(small, { token: user.token });
    expect((await third.waitFor('connect_error')).data).toMatchObject({
      code: 'too_many_connections',
      status: 429,
    });
    expect(await openRaw(small, `/?token=${user.token}`).waitFor('close')).toMatchObject({ code: 4429 });
    raw.webSocket.close();
    await raw.waitFor('close');
    const late = connect(small);
    await late.waitFor('connect');
    expect(await late.call('authenticate', user.token)).toMatchObject({ ok: true });
  });

  it('are limited for the server', async () => {
    const small = await start({ limits: { connectionsMax: 2 } });
    const users = [await small.newUser(), await small.newUser(), await small.newUser()] as const;
    await enter(small, users[0]);
    await openRaw(small, `/?token=${users[1].token}`).waitFor('history');
    const refused = connect(small, { token: users[2].token });
    expect((await refused.waitFor('connect_error')).data.code).toBe('too_many_connections');
    expect(await openRaw(small, `/?token=${users[2].token}`).waitFor('close')).toMatchObject({ code: 4429 });
  });

  it('are told that the server stops, and come back by themselves', async () => {
    const stopping = await startLive(database);
    const user = await stopping.newUser();
    const socket = await enter(stopping, user);
    const raw = openRaw(stopping, `/?token=${user.token}`);
    await raw.waitFor('history');
    await stopping.close();
    expect(await socket.waitFor('error')).toMatchObject({ code: 'shutting_down' });
    // "io server disconnect" would keep the client from reconnecting.
    expect(await socket.waitFor('disconnect')).toBe('transport close');
    expect(await raw.waitFor('close')).toMatchObject({ code: 1012 });
    expect(stopping.edge.connectionCount()).toBe(0);
  });
});

it('never logs a token', async () => {
  const user = await server.newUser();
  const raw = openRaw(server, `/?token=${user.token}`);
  await raw.waitFor('history');
  await openRaw(server, '/?token=a-bad-token').waitFor('close');
  await openRaw(server, `/nowhere?token=${user.token}`).waitFor('refused');
  connect(server, {}, { query: { token: user.token }, path: '/socket.io/' });
  await fetch(`${server.url}/socket.io/?token=${user.token}`);
  expect(server.log.join('\n')).not.toContain(user.token);
  expect(server.log.join('\n')).not.toContain('a-bad-token');
});
