import { limits } from '@parley/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { closeClients, connect, enter, openRaw, type Received } from './live.client.js';
import {
  type LiveOptions,
  type LiveServer,
  prepareDatabase,
  startLive,
  type TestUser,
} from './live.fixture.js';

let database: TestDatabase;
const started: LiveServer[] = [];

async function start(options: LiveOptions = {}): Promise<LiveServer> {
  const live = await startLive(database, options);
  started.push(live);
  return live;
}

/** Sends large messages until the condition holds; what the kernel takes before anything waits differs by machine. */
async function flood(
  live: LiveServer,
  from: TestUser,
  target: { to: string } | { chatId: string },
  isDone: () => boolean,
): Promise<number> {
  const content = 'x'.repeat(limits.messageContentMaxCharacters);
  let sent = 0;
  while (!isDone()) {
    if (sent > 3_000) throw new Error('nothing happened after 3,000 large messages');
    const batch = Array.from({ length: 50 }, () =>
      live.services.messages.send(from.actor, { ...target, content, messageType: 'text' }),
    );
    await Promise.all(batch);
    sent += batch.length;
  }
  return sent;
}

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareDatabase(database);
});
afterEach(closeClients);
afterAll(async () => {
  for (const live of started) await live.close();
  await database.close();
});

describe('a slow reader', () => {
  const small = { limits: { connectionOutboxMaxBytes: 65_536 } };
  const isCut = (live: LiveServer) => () =>
    live.log.some((line) => line.includes('a slow reader is cut off'));

  it('over Socket.IO is cut off, while its neighbour gets everything in order', async () => {
    const live = await start(small);
    const [ann, ben] = [await live.newUser(), await live.newUser()];
    const [slow, neighbour] = [await enter(live, ben), await enter(live, ben)];
    // biome-ignore lint/suspicious/noExplicitAny: the client has no public way to stop reading
    (slow.socket.io.engine as any).transport.ws._socket.pause();
    const sent = await flood(live, ann, { to: ben.id }, isCut(live));
    await neighbour.waitFor('new_message', ({ seq }) => seq === sent);
    expect(neighbour.all('new_message').map(({ seq }) => seq)).toEqual(
      Array.from({ length: sent }, (_, n) => n + 1),
    );
    expect(live.edge.connectionCount()).toBe(1);
    expect(live.log.join('')).not.toContain(ben.token);
  });

  it('over polling that never asks again is cut off', async () => {
    const live = await start(small);
    const [ann, ben] = [await live.newUser(), await live.newUser()];
    const address = `${live.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(address)).text()).slice(1));
    await fetch(`${address}&sid=${sid}`, {
      method: 'POST',
      body: `40${JSON.stringify({ token: ben.token })}`,
    });
    await expect.poll(() => live.services.presence.isConnected(ben.id)).toBe(true);
    await flood(live, ann, { to: ben.id }, isCut(live));
    expect((await fetch(`${address}&sid=${sid}`)).status).toBe(400);
    expect(live.edge.connectionCount()).toBe(0);
  });

  it('in the lobby is cut off, while its neighbour gets everything', async () => {
    const live = await start(small);
    const [ann, ben, cleo] = [await live.newUser(), await live.newUser(), await live.newUser()];
    const [slow, neighbour] = [openRaw(live, `/?token=${ben.token}`), openRaw(live, `/?token=${cleo.token}`)];
    await Promise.all([slow.waitFor('history'), neighbour.waitFor('history')]);
    slow.webSocket.pause();
    const sent = await flood(live, ann, { chatId: '000000000000000000000001' }, isCut(live));
    await expect.poll(() => neighbour.all('message').length).toBe(sent);
    await expect.poll(() => live.edge.connectionCount()).toBe(1);
  });

  it('is no client that takes a long sync: the answer is cut to what may wait', async () => {
    const live = await start({ limits: { connectionOutboxMaxBytes: 400_000 } });
    const [ann, ben] = [await live.newUser(), await live.newUser()];
    await flood(
      live,
      ann,
      { to: ben.id },
      (() => {
        let calls = 0;
        return () => calls++ > 0;
      })(),
    );
    const reader = await enter(live, ben);
    const { chats, more } = await reader.call('sync', { chats: {}, limit: 1_000 });
    expect(more).toBe(true);
    const count = chats[0].messages.length;
    expect(count).toBeGreaterThan(0);
    expect(count * limits.messageContentMaxCharacters).toBeLessThan(400_000);
  });
});

describe('one connection', () => {
  it('is closed when too many of its events wait', async () => {
    const live = await start({ limits: { connectionInboxMax: 5 } });
    const client = await enter(live, await live.newUser());
    for (let n = 0; n < 20; n += 1) client.socket.emit('sync', {});
    expect(await client.waitFor('error')).toMatchObject({ code: 'rate_limited' });
    await client.waitFor('disconnect');
    const raw = openRaw(live, `/?token=${(await live.newUser()).token}`);
    raw.webSocket.once('open', () => {
      for (let n = 0; n < 20; n += 1) raw.say(`${n}`);
    });
    expect(await raw.waitFor('close')).toMatchObject({ code: 4430 });
  });

  it('is told to slow down, and to when, with the same code on each transport', async () => {
    const live = await start();
    const [ann, ben] = [await live.newUser(), await live.newUser()];
    const client = await enter(live, ann);
    const raw = openRaw(live, `/?token=${ann.token}`);
    await raw.waitFor('history');
    // One more than may come within five seconds, again where that took longer.
    const tooMany = 5 * limits.messagesPerSecond + 1;
    let refused: Received;
    for (let round = 0; refused === undefined && round < 5; round += 1) {
      const sends = Array.from({ length: tooMany }, () =>
        client.call('send_message', { to: ben.id, content: 'x' }),
      );
      refused = (await Promise.all(sends)).find(({ ok }) => !ok);
    }
    expect(refused).toMatchObject({
      error: { code: 'rate_limited', status: 429, retryAfter: expect.any(Number) },
    });
    for (let n = 0; n < tooMany; n += 1) raw.say('also too much');
    expect(await raw.waitFor('error')).toMatchObject({ code: 'rate_limited' });
  });

  it('that has nobody behind it may not go on talking', async () => {
    const client = connect(await start());
    await client.waitFor('connect');
    for (let batch = 0; batch < 3; batch += 1) {
      for (let n = 0; n < 100; n += 1) client.socket.emit('sync', {});
      await Promise.race([client.call('sync', {}), client.waitFor('disconnect')]);
    }
    await client.waitFor('disconnect');
  });

  it('joins once, however many CONNECT packets it sends', async () => {
    const live = await start();
    const user = await live.newUser();
    const webSocket = new WebSocket(`${live.webSocketUrl}/socket.io/?EIO=4&transport=websocket`);
    const packets: string[] = [];
    webSocket.on('message', (data) => packets.push(String(data)));
    await new Promise((resolve) => webSocket.once('message', resolve));
    for (let n = 0; n < 5; n += 1) webSocket.send(`40${JSON.stringify({ token: user.token })}`);
    await expect
      .poll(() => packets.filter((packet) => packet.startsWith('42["authenticated"')).length)
      .toBe(1);
    await expect
      .poll(
        () =>
          packets.filter((packet) => packet.startsWith('44') && packet.includes('too_many_connections'))
            .length,
      )
      .toBe(4);
    expect(live.edge.connectionCount()).toBe(1);
    webSocket.terminate();
    await expect.poll(() => live.edge.connectionCount()).toBe(0);
  });

  it('survives packets that no client sends', async () => {
    const live = await start();
    const [user, other] = [await live.newUser(), await live.newUser()];
    const survivor = await enter(live, other);
    for (const packet of [
      '42["error"]',
      '42["disconnect"]',
      '42[null]',
      '42{}',
      '42',
      '451-["x",{"_placeholder":true,"num":9}]',
      '40{',
      '4',
      '9',
      `42${'['.repeat(50_000)}`,
    ]) {
      const webSocket = new WebSocket(`${live.webSocketUrl}/socket.io/?EIO=4&transport=websocket`);
      await new Promise((resolve) => webSocket.once('message', resolve));
      webSocket.send(`40${JSON.stringify({ token: user.token })}`);
      await new Promise((resolve) => webSocket.once('message', resolve));
      webSocket.send(packet);
      webSocket.send('42["typing"]');
      webSocket.close();
      await new Promise((resolve) => webSocket.once('close', resolve));
    }
    expect(await survivor.call('sync', {})).toMatchObject({ ok: true });
    expect(live.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});
