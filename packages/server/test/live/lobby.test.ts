import { LOBBY_CHAT_ID, limits } from '@parley/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MessagePage } from '../../src/services/contracts.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { closeClients, enter, openRaw, type TestWebSocket } from './live.client.js';
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

async function join(live: LiveServer, user: TestUser, path = '/'): Promise<TestWebSocket> {
  const raw = openRaw(live, `${path}?token=${user.token}`);
  await raw.waitFor('history');
  return raw;
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

describe('the lobby', () => {
  it('brings a frame to everyone, the sender included, whichever transport they use', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const [own, second, other, socket, ownSocket] = [
      await join(server, ann),
      await join(server, ann, '/ws'),
      await join(server, ben),
      await enter(server, ben),
      await enter(server, ann),
    ];
    own.say({ text: 'hello all', clientId: 'mine' });
    const message = await own.waitFor('message');
    expect(message).toEqual({
      type: 'message',
      messageId: expect.any(String),
      sender: ann.id,
      username: ann.username,
      text: 'hello all',
      timestamp: expect.any(String),
      seq: expect.any(Number),
      clientId: 'mine',
    });
    expect(await second.waitFor('message')).toEqual(message);
    const { clientId: _own, ...public_ } = message;
    expect(await other.waitFor('message')).toEqual(public_);
    expect(await socket.waitFor('new_message')).toMatchObject({
      messageId: message.messageId,
      chatId: LOBBY_CHAT_ID,
      content: 'hello all',
    });
    expect((await socket.waitFor('new_message')).clientId).toBeUndefined();
    expect((await ownSocket.waitFor('new_message')).clientId).toBe('mine');
  });

  it('hears canonical connections, which have the notice and the ack', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const [socket, raw] = [await enter(server, ann), await join(server, ben)];
    const ack = await socket.call('send_message', { chatId: LOBBY_CHAT_ID, content: 'from a socket' });
    expect(await raw.waitFor('message', ({ messageId }) => messageId === ack.messageId)).toMatchObject({
      username: ann.username,
      text: 'from a socket',
    });
    expect(await socket.waitFor('message_sent')).toMatchObject({ messageId: ack.messageId });
    expect(socket.all('new_message').filter(({ id }) => id === ack.messageId)).toEqual([]);
  });

  it('knows the name of somebody who speaks without a connection', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const raw = await join(server, ben);
    await server.services.messages.send(ann.actor, {
      chatId: LOBBY_CHAT_ID,
      content: 'over REST',
      messageType: 'text',
    });
    expect(await raw.waitFor('message', ({ text }) => text === 'over REST')).toMatchObject({
      username: ann.username,
    });
  });

  it('sends the last 50 first, and then what was said meanwhile, each once and in order', async () => {
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = await start({
      replace: ({ messages }) => ({
        messages: {
          ...messages,
          async pageOfChat(actor, chatId, query): Promise<MessagePage> {
            if (actor.username === late.username) await held;
            const page = await messages.pageOfChat(actor, chatId, query);
            await messages.send(ann.actor, {
              chatId: LOBBY_CHAT_ID,
              content: 'after the page',
              messageType: 'text',
            });
            return page;
          },
        },
      }),
    });
    const [ann, late] = [await slow.newUser(), await slow.newUser()];
    for (let n = 0; n < limits.lobbyHistory + 5; n += 1) {
      await slow.services.messages.send(ann.actor, {
        chatId: LOBBY_CHAT_ID,
        content: `old ${n}`,
        messageType: 'text',
      });
    }
    const raw = openRaw(slow, `/?token=${late.token}`);
    await raw.waitFor('open');
    await slow.services.messages.send(ann.actor, {
      chatId: LOBBY_CHAT_ID,
      content: 'before the page',
      messageType: 'text',
    });
    release?.();
    await raw.waitFor('message', ({ text }) => text === 'after the page');
    const [first, ...rest] = raw.received.filter(({ name }) => name !== 'open');
    expect(first?.name).toBe('history');
    expect(first?.payload.messages).toHaveLength(limits.lobbyHistory);
    expect(first?.payload.messages.at(-1)).toMatchObject({
      type: 'message',
      text: 'before the page',
      username: ann.username,
    });
    const seqs = [...first!.payload.messages, ...rest.map(({ payload }) => payload)].map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, n) => seqs[0] + n));
  });

  it.each([
    ['plain text', 'just words', 'just words'],
    ['a JSON string', '"hi"', '"hi"'],
    ['a number', '42', '42'],
    ['an array', '[1,2]', '[1,2]'],
    ['null', 'null', 'null'],
    ['braces of prose', '{sigh} again', '{sigh} again'],
    ['message', '{"message":"by message"}', 'by message'],
    ['content', '{"content":"by content"}', 'by content'],
  ])('takes %s', async (_what, frame, text) => {
    const raw = await join(server, await server.newUser());
    raw.say(frame);
    expect(await raw.waitFor('message', (message) => message.text === text)).toMatchObject({ text });
  });

  it.each([
    ['broken JSON', '{"text":"never closed', 'malformed_frame'],
    ['an object without text', '{"type":"ping"}', 'invalid_request'],
    ['a text that is no text', '{"text":{"$gt":""}}', 'invalid_request'],
    ['blank text', '   ', 'invalid_request'],
    ['nothing', '', 'invalid_request'],
    ['too much text', 'x'.repeat(limits.messageContentMaxCharacters + 1), 'invalid_request'],
    ['bytes', Buffer.from('{"text":"x"}'), 'malformed_frame'],
  ])('answers %s with an error and goes on', async (_what, frame, code) => {
    const raw = await join(server, await server.newUser());
    raw.webSocket.send(frame);
    expect(await raw.waitFor('error')).toEqual({ type: 'error', code, message: expect.any(String) });
    raw.say('still here');
    await raw.waitFor('message', ({ text }) => text === 'still here');
  });

  it('answers a frame whose clientId repeats to its sender alone', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const [own, other] = [await join(server, ann), await join(server, ben)];
    own.say({ text: 'once', clientId: 'k' });
    const { messageId } = await own.waitFor('message', ({ clientId }) => clientId === 'k');
    own.say({ text: 'once', clientId: 'k' });
    own.say({ text: 'done' });
    await other.waitFor('message', ({ text }) => text === 'done');
    expect(other.all('message').filter((message) => message.messageId === messageId)).toHaveLength(1);
    expect(own.all('message').filter((message) => message.messageId === messageId)).toHaveLength(2);
  });

  it('keeps the order of frames that one connection sends at once', async () => {
    const raw = await join(server, await server.newUser());
    const texts = Array.from({ length: 50 }, (_, n) => `frame ${n}`);
    for (const text of texts) raw.say({ text });
    await raw.waitFor('message', ({ text }) => text === texts.at(-1));
    expect(raw.all('message').map(({ text }) => text)).toEqual(texts);
  });
});

describe('a raw upgrade', () => {
  it.each([
    ['a bad token', '/?token=nonsense'],
    ['no token', '/'],
    ['an empty token', '/ws?token='],
  ])('with %s is closed with 4401', async (_what, path) => {
    expect(await openRaw(server, path).waitFor('close')).toMatchObject({
      code: 4401,
      reason: 'authentication failed',
    });
  });

  it('takes the Authorization header, and the cookie but from foreign pages', async () => {
    const { token } = await server.newUser();
    await openRaw(server, '/', { headers: { authorization: `Bearer ${token}` } }).waitFor('history');
    await openRaw(server, '/', {
      headers: { cookie: `token=${token}` },
      origin: 'http://pages.test',
    }).waitFor('history');
    const foreign = openRaw(server, '/', {
      headers: { cookie: `token=${token}` },
      origin: 'http://evil.test',
    });
    expect(await foreign.waitFor('refused')).toBe(403);
    await openRaw(server, `/?token=${token}`, { origin: 'http://evil.test' }).waitFor('history');
  });

  it('to another path is answered with 404', async () => {
    expect(await openRaw(server, '/elsewhere').waitFor('refused')).toBe(404);
    expect(await openRaw(server, '/ws/../x?token=1').waitFor('refused')).toBe(404);
  });

  it('is closed with 1013 when accounts do not answer', async () => {
    const stuck = await start({
      limits: { authenticationTimeoutMs: 100 },
      replace: ({ accounts }) => ({
        accounts: { ...accounts, authenticate: () => new Promise(() => undefined) },
      }),
    });
    expect(await openRaw(stuck, '/?token=whatever').waitFor('close')).toMatchObject({ code: 1013 });
  });

  it('is closed with 1009 for a frame beyond the limit', async () => {
    const raw = await join(server, await server.newUser());
    raw.say('x'.repeat(limits.frameMaxBytes + 1));
    expect(await raw.waitFor('close')).toMatchObject({ code: 1009 });
  });

  it('that stops answering pings is let go', async () => {
    const strict = await start({ limits: { heartbeatMs: 100, heartbeatTimeoutMs: 2_000 } });
    const user = await strict.newUser();
    const [dead, alive] = [
      openRaw(strict, `/?token=${user.token}`, { autoPong: false }),
      await join(strict, user),
    ];
    expect(await dead.waitFor('close')).toMatchObject({ code: 1006 });
    alive.say('alive');
    await alive.waitFor('message');
  });
});
