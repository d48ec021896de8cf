import { LOBBY_CHAT_ID } from '@parley/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeClients, enter, openRaw } from '../live/live.client.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

/** The document of the chat over the ws module: register, login, `?token=`, save and broadcast. */
let server: TestServer;
let people = 0;

beforeAll(async () => {
  server = await startTestServer();
});
afterEach(closeClients);
afterAll(() => server.close());

async function signUp() {
  people += 1;
  const body = { username: `lobby_${people}`, password: 'Password123', email: `lobby_${people}@example.com` };
  expect((await server.request('POST', '/register', { body })).status).toBe(201);
  const login = await server.request('POST', '/login', {
    body: { username: body.username, password: body.password },
  });
  return { username: body.username, id: login.body.user._id as string, token: login.body.token as string };
}

async function come(person: { token: string }, path = '/') {
  const socket = openRaw(server, `${path}?token=${person.token}`);
  const history = await socket.waitFor('history');
  return Object.assign(socket, { history });
}

describe('the lobby', () => {
  it('saves every message and broadcasts it to everyone connected, the sender included, on / and /ws', async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    const [first, second] = [await come(ann), await come(bob, '/ws')];
    first.say({ text: 'hello all' });
    for (const socket of [first, second]) {
      expect(await socket.waitFor('message')).toMatchObject({
        type: 'message',
        messageId: expect.any(String),
        sender: ann.id,
        username: ann.username,
        text: 'hello all',
        timestamp: expect.any(String),
        seq: expect.any(Number),
      });
    }
    second.say('just plain text');
    expect(await first.waitFor('message', ({ text }) => text === 'just plain text')).toMatchObject({
      sender: bob.id,
    });
    first.say({ message: 'by another name' });
    first.say({ content: 'and another' });
    await second.waitFor('message', ({ text }) => text === 'by another name');
    await second.waitFor('message', ({ text }) => text === 'and another');
    const late = await come(await signUp());
    expect(late.history.messages.map(({ text }: { text: string }) => text).slice(-4)).toEqual([
      'hello all',
      'just plain text',
      'by another name',
      'and another',
    ]);
  });

  it('closes with 4401 when the token is bad, missing or logged out', async () => {
    const ann = await signUp();
    await server.request('POST', '/logout', { token: ann.token });
    for (const path of ['/?token=nonsense', '/', `/?token=${ann.token}`]) {
      expect(await openRaw(server, path).waitFor('close'), path).toMatchObject({ code: 4401 });
    }
  });

  it('is the same room over Socket.IO and REST', async () => {
    const [ann, bob] = [await signUp(), await server.newPerson()];
    const raw = await come(ann);
    const socket = await enter(server, bob);
    raw.say({ text: 'from the raw side' });
    expect(await socket.waitFor('new_message')).toMatchObject({
      chatId: LOBBY_CHAT_ID,
      sender: ann.id,
      content: 'from the raw side',
    });
    await socket.call('send_message', { chatId: LOBBY_CHAT_ID, content: 'from Socket.IO' });
    expect(await raw.waitFor('message', ({ sender }) => sender === bob.id)).toMatchObject({
      text: 'from Socket.IO',
      username: bob.username,
    });
    const { body } = await server.request('GET', '/api/messages/chats', { token: bob.token });
    expect(body.chats).toMatchObject([{ id: LOBBY_CHAT_ID, isGroup: true, groupName: 'Lobby' }]);
  });

  it('counts as unread what was said since somebody came, and nothing before', async () => {
    const [ann, early] = [await signUp(), await server.newPerson()];
    const raw = await come(ann);
    raw.say({ text: 'before', clientId: 'before' });
    await raw.waitFor('message', ({ clientId }) => clientId === 'before');
    const late = await server.newPerson();
    raw.say({ text: 'after', clientId: 'after' });
    await raw.waitFor('message', ({ clientId }) => clientId === 'after');
    const unreadOf = async ({ token }: { token: string }) =>
      (await server.request('GET', '/api/messages/chats', { token })).body.chats[0].unreadCount;
    await expect.poll(() => unreadOf(late)).toBe(1);
    expect(await unreadOf(early)).toBe(2);
  });

  it('shows the last 50 to whoever comes', async () => {
    const ann = await signUp();
    const raw = await come(ann);
    for (let n = 1; n <= 55; n += 1) raw.say({ text: `line ${n}`, clientId: `line-${n}` });
    await raw.waitFor('message', ({ text }) => text === 'line 55');
    const { messages } = (await come(ann)).history;
    expect(messages.map(({ text }: { text: string }) => text)).toEqual(
      Array.from({ length: 50 }, (_, n) => `line ${n + 6}`),
    );
  });
});
