import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createFileStorage, createMemoryStorage } from '../src/index.js';
import { type LossyProxy, startLossyProxy } from './support/lossy.proxy.js';
import { essence, expectFaultless, observe } from './support/observer.js';
import { nextEvent, until, useTestServer } from './support/test-server.js';

const { newClient, newPerson, url } = useTestServer(
  {},
  { limits: { messagesPerSecond: 10_000, requestsPerSecond: 10_000 } },
);
const quick = { reconnect: { baseMs: 50, maxMs: 100 } };

let proxy: LossyProxy;
beforeAll(async () => {
  proxy = await startLossyProxy(Number(new URL(url()).port));
  return () => proxy.close();
});
afterEach(() => proxy.restore());

describe('a client that is loaded again', () => {
  it('shows the last state at once, without a network, and then catches up', async () => {
    const ann = await newPerson('ann');
    const storage = createMemoryStorage();
    const before = await newPerson('bob', { ...quick, url: proxy.url, storage });
    for (const content of ['1', '2', '3']) {
      await ann.messages.send({ userId: before.user.id, content }).acknowledged;
    }
    await until(before.chats.list, ([chat]) => chat?.lastMessage?.content === '3');
    await before.close();
    await ann.messages.send({ userId: before.user.id, content: '4' }).acknowledged;
    const [first] = (await ann.call('getConversation', { params: { userId: before.user.id } })).messages;
    await ann.messages.edit(first!.id, 'edited');

    proxy.cut();
    const after = newClient({ ...quick, url: proxy.url, storage });
    const observer = observe(after);
    await after.ready;
    expect(after.account.me.value?.id).toBe(before.user.id);
    const [chat] = await until(after.chats.list, (chats) => chats.length === 1);
    expect(chat).toMatchObject({
      unreadCount: 3,
      peer: { username: ann.username },
      lastMessage: { content: '3' },
    });
    const timeline = after.chats.open({ chatId: chat!.id });
    expect(timeline.messages.value.map(({ content }) => content)).toEqual(['1', '2', '3']);

    proxy.restore();
    await until(timeline.messages, (all) => all.map(({ content }) => content).join() === 'edited,2,3,4');
    await until(after.status, (status) => status === 'online');
    expect(after.chats.unread.value).toBe(4);
    // What it had seen before is not told again.
    expect([...observer.messages.values()].map(({ content }) => content).sort()).toEqual(['4', 'edited']);
  });

  it('goes on from a file where there is no browser', async () => {
    const path = join(tmpdir(), `parley-client-${process.pid}.json`);
    const fs = { readFile, writeFile, rename };
    const ann = await newPerson('ann');
    const before = await newPerson('bot', { storage: createFileStorage(path, fs) });
    await ann.messages.send({ userId: before.user.id, content: 'first' }).acknowledged;
    await until(before.chats.list, ([chat]) => chat?.lastMessage?.content === 'first');
    await before.close();
    await ann.messages.send({ userId: before.user.id, content: 'second' }).acknowledged;

    const after = newClient({ storage: createFileStorage(path, fs) });
    const { message } = await nextEvent(after, 'message');
    expect(message.content).toBe('second');
    await after.close();
    await rm(path);
  });
});

describe('a client that was away', () => {
  it('is told everything in order, page after page', async () => {
    const ann = await newPerson('ann');
    const bob = await newPerson('bob', { ...quick, url: proxy.url });
    const observer = observe(bob);
    await ann.messages.send({ userId: bob.user.id, content: 'before' }).acknowledged;
    await until(bob.chats.list, () => observer.count === 1);
    proxy.cut();
    await until(bob.status, (status) => status === 'offline');
    const sent = await Promise.all(
      Array.from({ length: 600 }, (_, n) =>
        ann.call('sendMessage', { body: { to: bob.user.id, content: `${n}` } }),
      ),
    );
    await ann.messages.edit(sent[0]!.message.id, 'edited while away');
    proxy.restore();
    await until(bob.status, (status) => status === 'online', 20_000);
    expect(observer.messages.size).toBe(601);
    expect(essence(observer.messages.values()).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 601 }, (_, n) => n + 1),
    );
    expect(observer.messages.get(sent[0]!.message.id)?.content).toBe('edited while away');
    expectFaultless(observer);
  }, 60_000);

  it('starts a chat over, and says so, when too much has happened there', async () => {
    const ann = await newPerson('ann');
    const bob = await newPerson('bob', { ...quick, url: proxy.url, catchUpMax: 20, pageSize: 10 });
    await ann.messages.send({ userId: bob.user.id, content: 'before' }).acknowledged;
    const [chat] = await until(bob.chats.list, (chats) => chats.length === 1);
    const timeline = bob.chats.open({ chatId: chat!.id });
    proxy.cut();
    await until(bob.status, (status) => status === 'offline');
    await Promise.all(
      Array.from({ length: 600 }, (_, n) =>
        ann.call('sendMessage', { body: { to: bob.user.id, content: `${n}` } }),
      ),
    );
    const reset = nextEvent(bob, 'chat_reset');
    proxy.restore();
    expect((await reset).chatId).toBe(chat!.id);
    const shown = await until(timeline.messages, (all) => all.length >= 10);
    expect(shown.at(-1)?.seq).toBe(601);
    expect(bob.chats.list.value[0]?.unreadCount).toBe(601);
    await timeline.loadOlder();
    expect(timeline.messages.value.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 21 }, (_, n) => n + 581),
    );
  }, 60_000);
});
