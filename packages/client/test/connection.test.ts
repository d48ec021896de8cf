import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClientStorage } from '../src/index.js';
import { type LossyProxy, startLossyProxy } from './support/lossy.proxy.js';
import { nextEvent, PASSWORD, startTestServer, until, useTestServer } from './support/test-server.js';

const { newClient, newPerson, url } = useTestServer(
  {},
  { limits: { heartbeatMs: 300, heartbeatTimeoutMs: 1_500 } },
);
const quick = { reconnect: { baseMs: 50, maxMs: 100 } };

let proxy: LossyProxy;
beforeAll(async () => {
  proxy = await startLossyProxy(Number(new URL(url()).port));
  return () => proxy.close();
});
afterEach(() => {
  proxy.restore();
  proxy.drop = () => false;
  proxy.refusesUpgrades = false;
});

describe('a connection', () => {
  it('comes back after it was cut, and misses nothing', async () => {
    const ann = await newPerson('ann');
    const bob = await newPerson('bob', { ...quick, url: proxy.url });
    const received: string[] = [];
    bob.on('message', ({ message }) => received.push(message.content));
    for (let n = 0; n < 5; n += 1) {
      proxy.hiccup();
      await ann.messages.send({ userId: bob.user.id, content: `${n}` }).acknowledged;
      await until(bob.chats.list, () => received.length === n + 1);
    }
    expect(received).toEqual(['0', '1', '2', '3', '4']);
  });

  it('is given up and made anew when the server falls silent without a word', async () => {
    // A proxy of its own: what is frozen stays so, and a later request could go over one of its kept-alive connections.
    const own = await startLossyProxy(Number(new URL(url()).port));
    const bob = await newPerson('bob', { ...quick, url: own.url });
    own.freeze();
    await until(bob.status, (status) => status !== 'online');
    await until(bob.status, (status) => status === 'online');
    await bob.close();
    await own.close();
  });

  it('is replaced by REST where WebSockets do not get through', async () => {
    const ann = await newPerson('ann');
    proxy.refusesUpgrades = true;
    const bob = await newPerson('bob', { ...quick, url: proxy.url });
    const received = nextEvent(bob, 'message');
    const { chatId } = await ann.messages.send({ userId: bob.user.id, content: 'can you hear me?' })
      .acknowledged;
    expect((await received).message.content).toBe('can you hear me?');
    const answer = nextEvent(ann, 'message', ({ message }) => !message.isOwn);
    await bob.messages.send({ chatId, content: 'I can' }).acknowledged;
    expect((await answer).message.content).toBe('I can');
    bob.chats.markRead({ chatId });
    const timeline = ann.chats.open({ chatId });
    await until(timeline.messages, ([first]) => first?.status === 'read');

    proxy.refusesUpgrades = false;
    const live = nextEvent(bob, 'typing');
    const pressing = setInterval(() => ann.typing.press({ chatId }), 50);
    expect(await live).toMatchObject({ userId: ann.user.id, isTyping: true });
    clearInterval(pressing);
  });
});

describe('a server that restarts', () => {
  it('finds its clients as it left them, with what they wrote in the meantime', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'parley-client-'));
    const before = await startTestServer({ DATA_DIR: dataDir });
    const path = await startLossyProxy(before.port);
    const [ann, bob] = [newClient({ ...quick, url: path.url }), newClient({ ...quick, url: path.url })];
    for (const [client, username] of [
      [ann, 'ann'],
      [bob, 'bob'],
    ] as const) {
      await client.account.register({ username, email: `${username}@example.com`, password: PASSWORD });
    }
    const { id } = bob.account.me.value!;
    await ann.messages.send({ userId: id, content: 'before' }).acknowledged;
    await before.close();
    await until(ann.status, (status) => status === 'offline');
    const meantime = ann.messages.send({ userId: id, content: 'in the meantime' });
    const received = nextEvent(
      bob,
      'message',
      ({ message }) => message.content === 'in the meantime',
      30_000,
    );

    const after = await startTestServer({ DATA_DIR: dataDir });
    path.targetPort = after.port;
    expect((await received).message.seq).toBe(2);
    expect((await meantime.acknowledged).seq).toBe(2);
    await Promise.all([ann.close(), bob.close()]);
    await path.close();
    await after.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }, 60_000);
});

describe('a storage that fails', () => {
  it('is told of once, and replaced by memory', async () => {
    const refuse = () => Promise.reject(new Error('no storage for you'));
    const storage: ClientStorage = { read: refuse, list: refuse, write: refuse };
    const bob = await newPerson('bob');
    let errors = 0;
    const client = newClient({ storage });
    client.on('error', () => {
      errors += 1;
    });
    await client.ready;
    await client.account.login({ identifier: bob.username, password: 'Password123' });
    await until(client.status, (status) => status === 'online');
    expect(errors).toBe(1);
  });
});
