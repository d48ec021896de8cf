import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSignal } from '../src/index.js';
import { type LossyProxy, startLossyProxy } from './support/lossy.proxy.js';
import { expectFaultless, observe } from './support/observer.js';
import { nextEvent, type Person, until, useTestServer } from './support/test-server.js';

const { newPerson, url, newClient } = useTestServer();
const NEVER = 3_600_000;

let proxy: LossyProxy;
beforeAll(async () => {
  proxy = await startLossyProxy(Number(new URL(url()).port));
  return () => proxy.close();
});
afterEach(() => {
  proxy.restore();
  proxy.drop = () => false;
});

/** Loses the next event of this name. */
function loseOne(name: string): void {
  let isLost = false;
  proxy.drop = (frame) => {
    if (isLost || !frame.startsWith(`42["${name}"`)) return false;
    isLost = true;
    return true;
  };
}

/** Two people who have exchanged a first message. */
async function acquaintances(heartbeatMs: number) {
  const ann = await newPerson('ann');
  /** Paths of the second one's calls that came to nothing. */
  const lostCalls = createSignal<readonly string[]>([]);
  const fetch: typeof globalThis.fetch = (input, init) =>
    globalThis.fetch(input, init).catch((error: unknown) => {
      lostCalls.value = [...lostCalls.value, new URL(String(input)).pathname];
      throw error;
    });
  const bob = await newPerson('bob', {
    url: proxy.url,
    heartbeatMs,
    reconnect: { baseMs: 50, maxMs: 100 },
    fetch,
  });
  const observer = observe(bob);
  const { chatId } = await send(ann, bob, 'first');
  await until(bob.chats.list, () => observer.count === 1);
  return { ann, bob, observer, chatId, lostCalls };
}

function send(from: Person, to: Person, content: string) {
  return from.messages.send({ userId: to.user.id, content }).acknowledged;
}

describe('an event that is lost', () => {
  it('is missed when the next one comes, and told before it', async () => {
    const { ann, bob, observer } = await acquaintances(NEVER);
    loseOne('new_message');
    await send(ann, bob, 'lost');
    await send(ann, bob, 'next');
    await until(bob.chats.list, () => observer.count === 3);
    expect([...observer.messages.values()].map(({ content }) => content)).toEqual(['first', 'lost', 'next']);
    expectFaultless(observer);
  });

  it('is found by the heartbeat when nothing comes after it', async () => {
    const { ann, bob, observer } = await acquaintances(200);
    loseOne('new_message');
    await send(ann, bob, 'the last one');
    await until(bob.chats.list, () => observer.count === 2);
    expectFaultless(observer);
  });

  it('leaves receipts that are made good by the next sync', async () => {
    const { ann, bob, chatId } = await acquaintances(NEVER);
    const sent = await bob.messages.send({ chatId, content: 'did you read this?' }).acknowledged;
    await until(ann.chats.unread, (unread) => unread === 1);
    loseOne('message_read');
    await ann.call('markRead', { body: { chatId, upTo: sent.seq } });
    // What comes after it on the same connection shows that it is past.
    await ann.messages.send({ chatId, content: 'yes' }).acknowledged;
    await until(bob.chats.list, ([chat]) => chat?.lastMessage?.content === 'yes');
    const timeline = bob.chats.open({ chatId });
    expect(timeline.messages.value.find(({ id }) => id === sent.id)?.status).not.toBe('read');
    await bob.sync();
    await until(timeline.messages, (all) => all.find(({ id }) => id === sent.id)?.status === 'read');
  });
});

describe('what happens without a network', () => {
  it('is read here and now, and on the server once there is one', async () => {
    const { ann, bob, chatId, lostCalls } = await acquaintances(NEVER);
    const timeline = ann.chats.open({ chatId });
    proxy.cut();
    await until(bob.status, (status) => status === 'offline');
    bob.chats.markRead({ chatId });
    await until(bob.chats.unread, (unread) => unread === 0);
    await until(lostCalls, (paths) => paths.includes('/api/messages/mark-read'));
    expect(timeline.messages.value[0]?.status).not.toBe('read');
    proxy.restore();
    await until(timeline.messages, ([first]) => first?.status === 'read');
  });

  it('changes who is there: that is looked up on coming back', async () => {
    const { ann, bob } = await acquaintances(NEVER);
    await until(bob.presence.of(ann.user.id), ({ status }) => status === 'online');
    proxy.cut();
    await until(bob.status, (status) => status === 'offline');
    await ann.presence.set('offline');
    proxy.restore();
    await until(bob.presence.of(ann.user.id), ({ status }) => status === 'offline');
  });
});

describe('a client with a token from elsewhere', () => {
  it('is signed in as whoever it belongs to, until it ends', async () => {
    const ann = await newPerson('ann');
    const signedIn = await ann.call('login', { body: { identifier: ann.username, password: 'Password123' } });
    const bot = newClient({ token: signedIn.token });
    await bot.ready;
    expect(bot.account.me.value?.id).toBe(ann.user.id);
    const sessions = await ann.account.sessions();
    const ended = nextEvent(bot, 'signed_out');
    await ann.account.revokeSession(sessions.find(({ current }) => !current)!.id);
    expect((await ended).code).toBe('session_revoked');
    await expect(newClient({ token: 'nonsense' }).ready).rejects.toMatchObject({ code: 'invalid_token' });
  });
});
