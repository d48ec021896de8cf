import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { closeClients, connect, enter } from './live.client.js';
import {
  type LiveOptions,
  type LiveServer,
  prepareDatabase,
  startLive,
  type TestUser,
} from './live.fixture.js';

let database: TestDatabase;
let server: LiveServer;
const started: LiveServer[] = [];

async function start(options: LiveOptions = {}): Promise<LiveServer> {
  const live = await startLive(database, options);
  started.push(live);
  return live;
}

function say(live: LiveServer, from: TestUser, to: TestUser, content: string, origin = {}) {
  return live.services.messages.send(from.actor, { to: to.id, content, messageType: 'text' }, origin);
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

describe('the colon dialect', () => {
  it('carries a message between two people who speak it', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const [sender, other, reader] = [
      await enter(server, ann, { dialect: 'colon' }),
      await enter(server, ann, { dialect: 'colon' }),
      await enter(server, ben, { dialect: 'colon' }),
    ];
    const ack = await sender.call('message:send', { to: ben.id, text: 'hi', tempId: 'temp-1' });
    const message = {
      _id: expect.any(String),
      from: ann.id,
      to: ben.id,
      text: 'hi',
      createdAt: expect.any(String),
      delivered: false,
      read: false,
      conversationId: expect.any(String),
    };
    expect(ack).toEqual({ ok: true, message, tempId: 'temp-1' });
    expect(await sender.waitFor('message:sent')).toEqual({ message: ack.message, tempId: 'temp-1' });
    expect(await reader.waitFor('message:received')).toEqual({ message: ack.message });
    expect(await other.waitFor('message:received')).toEqual({ message: ack.message });
    await sender.waitFor('message_delivered');
    expect(sender.all('message:received')).toEqual([]);
    expect(reader.all('new_message')).toEqual([]);
  });

  it('takes a repeated tempId for another message', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const sender = await enter(server, ann, { dialect: 'colon' });
    const first = await sender.call('message:send', { to: ben.id, text: 'one', tempId: 1 });
    const second = await sender.call('message:send', { to: ben.id, text: 'two', tempId: 1 });
    expect(second.tempId).toBe(1);
    expect(second.message._id).not.toBe(first.message._id);
  });

  it('is chosen by its first event, which delivers what is unread, in order and once', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    for (const text of ['one', 'two', 'three']) await say(server, ann, ben, text);
    const sender = await enter(server, ann);
    const reader = await enter(server, ben);
    expect(await reader.call('user:connect', { userId: ben.id })).toMatchObject({ ok: true });
    expect(await reader.call('user:connect', ben.id)).toMatchObject({ ok: true });
    await sender.waitFor('message_delivered', ({ deliveredSeq }) => deliveredSeq === 3);
    await say(server, ann, ben, 'four');
    await reader.waitFor('message:received', ({ message }) => message.text === 'four');
    expect(reader.all('message:received').map(({ message }) => message.text)).toEqual([
      'one',
      'two',
      'three',
      'four',
    ]);
    expect(reader.all('new_message')).toEqual([]);
  });

  it('loses and doubles nothing that is sent while unread messages are looked up', async () => {
    const busy = await start({
      replace: ({ chats, messages }) => ({
        chats: {
          ...chats,
          async unreadOf(userId) {
            const unread = await chats.unreadOf(userId);
            if (userId === ben.id) await say(busy, ann, ben, 'between');
            return unread;
          },
        },
        messages: {
          ...messages,
          async pageOfChat(actor, chatId, query) {
            const page = await messages.pageOfChat(actor, chatId, query);
            await say(busy, ann, ben, 'after the page');
            return page;
          },
        },
      }),
    });
    const [ann, ben] = [await busy.newUser(), await busy.newUser()];
    await say(busy, ann, ben, 'before');
    const reader = await enter(busy, ben, { dialect: 'colon' });
    await say(busy, ann, ben, 'live');
    for (const text of ['before', 'between', 'after the page', 'live']) {
      await reader.waitFor('message:received', ({ message }) => message.text === text);
    }
    const { messages } = await server.services.messages.pageWithUser(ben.actor, ann.id, { limit: 50 });
    const texts = reader.all('message:received').map(({ message }) => message.text);
    expect(texts).toEqual(messages.map(({ message }) => message.content));
  });

  it('does not believe a claimed userId', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const client = await enter(server, ann);
    expect(await client.call('user:connect', { userId: ben.id })).toMatchObject({
      ok: false,
      error: { code: 'forbidden' },
    });
    client.socket.emit('user:connect', { userId: ben.id });
    expect((await client.waitFor('error')).code).toBe('forbidden');
  });

  it('tells of typing, coming and going in its own names', async () => {
    const quick = await start({ presenceGraceMs: 50 });
    const [ann, ben] = [await quick.newUser(), await quick.newUser()];
    const { view } = await say(quick, ann, ben, 'hi');
    const reader = await enter(quick, ben, { dialect: 'colon' });
    const writer = await enter(quick, ann, { dialect: 'colon' });
    expect(await reader.waitFor('user:online')).toEqual({ userId: ann.id });
    await writer.call('user:typing', { to: ben.id, isTyping: true });
    expect(await reader.waitFor('user:typing')).toEqual({
      from: ann.id,
      userId: ann.id,
      isTyping: true,
      conversationId: view.chat.id,
    });
    writer.socket.disconnect();
    expect(await reader.waitFor('user:offline')).toEqual({
      userId: ann.id,
      lastSeen: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });
});

describe('the classic dialect', () => {
  it('tells sender and recipient both, on every connection', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const [own, reader, modern] = [
      await enter(server, ann, { dialect: 'classic' }),
      await enter(server, ben, { dialect: 'classic' }),
      await enter(server, ben),
    ];
    const { view } = await say(server, ann, ben, 'hello');
    const message = {
      _id: view.message.id,
      conversationId: view.chat.id,
      sender: ann.id,
      recipient: ben.id,
      text: 'hello',
      createdAt: view.message.createdAt.toISOString(),
    };
    expect(await own.waitFor('new_message')).toEqual(message);
    expect(await reader.waitFor('new_message')).toEqual(message);
    expect(await modern.waitFor('new_message')).toMatchObject({ content: 'hello' });
    await own.call('send_message', { to: ben.id, content: 'by socket' });
    expect((await own.waitFor('new_message', ({ text }) => text === 'by socket')).sender).toBe(ann.id);
  });

  it('is spoken to a session that its sign-in started', async () => {
    const classic = await start({
      replace: ({ accounts }) => ({
        accounts: {
          ...accounts,
          authenticate: async (token) => ({ ...(await accounts.authenticate(token)), dialect: 'classic' }),
        },
      }),
    });
    const [ann, ben] = [await classic.newUser(), await classic.newUser()];
    const byHandshake = await enter(classic, ben);
    const byEvent = connect(classic);
    await byEvent.waitFor('connect');
    await byEvent.call('authenticate', { token: ben.token });
    await say(classic, ann, ben, 'hello');
    expect((await byHandshake.waitFor('new_message')).text).toBe('hello');
    expect((await byEvent.waitFor('new_message')).text).toBe('hello');
  });
});

describe('the sidebar dialect', () => {
  it('is authenticated by its cookie alone, whatever the query claims', async () => {
    const sidebar = await start({ config: { defaultDialect: 'sidebar' } });
    const [ann, ben] = [await sidebar.newUser(), await sidebar.newUser()];
    const client = connect(
      sidebar,
      {},
      { query: { userId: ben.id }, extraHeaders: { cookie: `jwt=${ann.token}` } },
    );
    expect((await client.waitFor('authenticated')).user.id).toBe(ann.id);
    expect(await client.waitFor('getOnlineUsers')).toEqual([ann.id]);
  });

  it('has a list of everybody online, gathered, and no single notices', async () => {
    const sidebar = await start({ config: { defaultDialect: 'sidebar' }, presenceGraceMs: 20 });
    const people = [
      await sidebar.newUser(),
      await sidebar.newUser(),
      await sidebar.newUser(),
      await sidebar.newUser(),
    ];
    const first = await enter(sidebar, people[0]!);
    await first.waitFor('getOnlineUsers');
    const clients = await Promise.all(people.slice(1).map((person) => enter(sidebar, person)));
    const ids = people.map(({ id }) => id).sort();
    await first.waitFor(
      'getOnlineUsers',
      (list) => list.length === 4 && [...list].sort().join() === ids.join(),
    );
    clients[0]!.socket.disconnect();
    await first.waitFor('getOnlineUsers', (list) => list.length === 3 && !list.includes(people[1]!.id));
    expect(first.all('getOnlineUsers').length).toBeLessThanOrEqual(5);
    expect(first.all('user_online')).toEqual([]);
  });

  it('brings a bare message to the receiver and the other sessions of the sender', async () => {
    const sidebar = await start({ config: { defaultDialect: 'sidebar' } });
    const [ann, ben] = [await sidebar.newUser(), await sidebar.newUser()];
    const phone = await sidebar.signIn(ann);
    const [page, other, reader] = [
      await enter(sidebar, ann),
      await enter(sidebar, phone),
      await enter(sidebar, ben),
    ];
    const { view } = await say(sidebar, ann, ben, 'hey', { sessionId: ann.actor.sessionId });
    const at = view.message.createdAt.toISOString();
    const message = {
      _id: view.message.id,
      senderId: ann.id,
      receiverId: ben.id,
      message: 'hey',
      createdAt: at,
      updatedAt: at,
    };
    expect(await reader.waitFor('newMessage')).toEqual(message);
    expect(await other.waitFor('newMessage')).toEqual(message);
    // Its page shows the answer of the call; the notice beside it would be the same message twice.
    await page.call('sync', {});
    expect(page.all('newMessage')).toEqual([]);
  });
});
