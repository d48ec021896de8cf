import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ClientStorage, createMemoryStorage, createSignal } from '../src/index.js';
import { type LossyProxy, startLossyProxy } from './support/lossy.proxy.js';
import { nextEvent, PASSWORD, until, useTestServer } from './support/test-server.js';

const LIFETIME_S = 6;
const { newClient, newPerson, url } = useTestServer(
  { JWT_EXPIRES_IN: `${LIFETIME_S}s` },
  { limits: { heartbeatMs: 500, heartbeatTimeoutMs: 20_000 } },
);

let proxy: LossyProxy;
beforeAll(async () => {
  proxy = await startLossyProxy(Number(new URL(url()).port));
  return () => proxy.close();
});
afterEach(() => proxy.restore());

/** Counts requests by path. */
function countingFetch() {
  const counts = new Map<string, number>();
  const fetch: typeof globalThis.fetch = (input, init) => {
    const { pathname } = new URL(String(input));
    counts.set(pathname, (counts.get(pathname) ?? 0) + 1);
    return globalThis.fetch(input, init);
  };
  return { fetch, refreshes: () => counts.get('/api/auth/refresh-token') ?? 0 };
}

/** What a client of the past has left, its access token long expired. */
async function expiredSession(username: string) {
  const storage = createMemoryStorage();
  const earlier = newClient({ storage });
  await earlier.account.login({ identifier: username, password: PASSWORD });
  await earlier.close();
  const session = (await storage.read('session')) as Record<string, unknown>;
  // The clock of this machine is wrong: the client believes that the token is good for a long time.
  await storage.write(new Map([['session', { ...session, expiresAt: Date.now() + 3_600_000 }]]));
  const token = String(session['token']);
  const expiry = (JSON.parse(atob(token.split('.')[1]!)) as { exp: number }).exp * 1_000;
  return { storage, expiry };
}

/** Resolves once the server says that a token of that time has expired. */
async function passed(time: number): Promise<void> {
  await until(
    {
      peek: () => Date.now(),
      subscribe: (listener) => {
        const timer = setInterval(() => listener(Date.now()), 50);
        return () => clearInterval(timer);
      },
    },
    (now) => now > time + 500,
    60_000,
  );
}

// Each of them waits for a token to expire: better all at once.
describe.concurrent('a token that expires', () => {
  it('costs no call: all of them wait for one refresh', async () => {
    const ann = await newPerson('ann');
    const { storage, expiry } = await expiredSession(ann.username);
    await passed(expiry);
    const { fetch, refreshes } = countingFetch();
    const client = newClient({ storage, fetch });
    await client.ready;
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.account.profile()));
    expect(answers.every(({ id }) => id === ann.user.id)).toBe(true);
    expect(refreshes()).toBe(1);
    await until(client.status, (status) => status === 'online');
  });

  it('does not end a connection: sends go on over several lifetimes', async () => {
    const { fetch, refreshes } = countingFetch();
    const ann = await newPerson('ann', { fetch });
    const bob = await newPerson('bob');
    const statuses: string[] = [];
    ann.status.subscribe((status) => statuses.push(status));
    const start = Date.now();
    let sent = 0;
    while (refreshes() < 2 && Date.now() - start < LIFETIME_S * 10_000) {
      await ann.messages.send({ userId: bob.user.id, content: `${sent}` }).acknowledged;
      await ann.account.profile();
      sent += 1;
      await passed(Date.now() - 300);
    }
    expect(refreshes()).toBeGreaterThanOrEqual(2);
    expect(statuses).toEqual(['online']);
    const { messages } = await bob.call('getConversation', {
      params: { userId: ann.user.id },
      query: { limit: 100 },
    });
    expect(messages.map(({ content }) => content)).toEqual(Array.from({ length: sent }, (_, n) => `${n}`));
  }, 120_000);

  it('is renewed once for two tabs that share a storage, and both go on', async () => {
    const ann = await newPerson('ann');
    const { storage, expiry } = await expiredSession(ann.username);
    await passed(expiry);
    const { fetch, refreshes } = countingFetch();
    const tabs = [newClient({ storage, fetch }), newClient({ storage, fetch })];
    await Promise.all(tabs.map((tab) => tab.ready));
    await Promise.all(
      tabs.flatMap((tab) => [tab.account.profile(), tab.users.list(), tab.account.sessions()]),
    );
    expect(refreshes()).toBe(1);
    await Promise.all(tabs.map((tab) => until(tab.status, (status) => status === 'online')));
  });
});

describe('two tabs that share a storage', () => {
  it('keep the tokens that one of them has traded when the other one fetches its profile', async () => {
    const storage = createMemoryStorage();
    const one = await newPerson('ann', { storage });
    const two = newClient({ storage });
    await until(two.status, (status) => status === 'online');
    await one.account.refresh();
    const traded = (await storage.read('session')) as { refreshToken: string; renewedAt: number };
    await two.account.updateProfile({ bio: 'of two tabs' });
    const { refreshToken, renewedAt } = traded;
    expect(await storage.read('session')).toMatchObject({
      refreshToken,
      renewedAt,
      user: { bio: 'of two tabs' },
    });
    // And so the session goes on for whoever comes next.
    const three = newClient({ storage });
    await three.ready;
    await three.account.refresh();
    await two.account.refresh();
    expect(two.account.me.value?.bio).toBe('of two tabs');
  });

  it('send each message once, whichever tab it was written in, and see the same', async () => {
    const bob = await newPerson('bob');
    const storage = createMemoryStorage();
    const one = await newPerson('ann', { storage });
    const two = newClient({ storage });
    await until(two.status, (status) => status === 'online');
    expect(two.account.me.value?.id).toBe(one.user.id);
    const timelines = [one, two].map((tab) => tab.chats.open({ userId: bob.user.id }));
    for (let n = 0; n < 10; n += 1)
      (n % 2 === 0 ? one : two).messages.send({ userId: bob.user.id, content: `${n}` });
    const shown = await Promise.all(
      timelines.map(({ messages }) =>
        until(messages, (all) => all.filter(({ status }) => status === 'delivered').length === 10),
      ),
    );
    const keys = shown.map((all) => all.map(({ key }) => key));
    expect(keys[0]).toEqual(keys[1]);
    expect(new Set(keys[0]).size).toBe(10);
  });

  it('take over what a closed tab has left to send, and only that', async () => {
    const bob = await newPerson('bob');
    const memory = createMemoryStorage();
    const looks = createSignal(0);
    const storage: ClientStorage = {
      ...memory,
      list(prefix) {
        if (prefix.endsWith('/out/')) looks.value += 1;
        return memory.list(prefix);
      },
    };
    const options = { storage, url: proxy.url, heartbeatMs: 200, reconnect: { baseMs: 50, maxMs: 100 } };
    const one = await newPerson('ann', options);
    const two = newClient(options);
    await until(two.status, (status) => status === 'online');
    proxy.cut();
    await until(one.status, (status) => status === 'offline');
    one.messages.send({ userId: bob.user.id, content: 'left behind' });
    const before = looks.value;
    await until(looks, (count) => count >= before + 6);
    expect(two.messages.pending.value).toBe(0);
    await one.close();
    await until(two.messages.pending, (pending) => pending === 1);
    const received = nextEvent(bob, 'message');
    proxy.restore();
    expect((await received).message.content).toBe('left behind');
    await until(two.messages.pending, (pending) => pending === 0);
  });
});
