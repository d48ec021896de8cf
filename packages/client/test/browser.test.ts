import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath } from '../../web/test/support/chromium.js';
import type * as ClientModule from '../src/index.js';
import { useBrowser } from './support/browser.js';
import { PASSWORD, useTestServer } from './support/test-server.js';

declare global {
  interface Window {
    parley: typeof ClientModule;
    client: ClientModule.ChatClient;
    seen: string[];
    isEnough?: boolean;
  }
}

const { newPerson, url } = useTestServer(
  { JWT_EXPIRES_IN: '3s' },
  { limits: { heartbeatMs: 500, heartbeatTimeoutMs: 2_000 } },
);

const isRefresh = (exchange: { url(): string }) => exchange.url().endsWith('/refresh-token');

describe.skipIf(chromiumPath === undefined)('in a browser', () => {
  const { newContext, pageUrl } = useBrowser();

  async function openPlain(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${pageUrl('plain.html')}?server=${encodeURIComponent(url())}`);
    return page;
  }

  async function signIn(page: Page, username: string): Promise<void> {
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in or register' }).click();
    await page.locator('#status', { hasText: 'online' }).waitFor();
  }

  /** A tab with a client of its own, on the storage of the context. */
  async function openTab(context: BrowserContext, session: 'tokens' | 'cookies'): Promise<Page> {
    const page = await context.newPage();
    await page.goto(pageUrl('tab.html'));
    await page.waitForFunction(() => window.parley !== undefined);
    await page.evaluate(
      async ([server, kind]) => {
        window.seen = [];
        window.client = window.parley.createChatClient({
          url: server!,
          session: kind as 'tokens',
          heartbeatMs: 300,
        });
        window.client.on('message', ({ message }) => window.seen.push(message.content));
        window.client.on('signed_out', ({ code }) => window.seen.push(`signed out: ${code}`));
        await window.client.ready;
      },
      [url(), session],
    );
    return page;
  }

  const isOnline = (page: Page) => page.waitForFunction(() => window.client.status.value === 'online');
  /** So many messages on their way are in the storage, where they outlive the tab. */
  const isKept = (page: Page, count: number) =>
    page.waitForFunction(
      async (wanted) => {
        const done = <T>(request: IDBRequest<T>) =>
          new Promise<T>((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
        const [{ name }] = (await indexedDB.databases()) as [{ name: string }];
        const database = await done(indexedDB.open(name));
        const entries = await done(database.transaction('entries').objectStore('entries').getAll());
        database.close();
        return entries.filter((entry: { owner?: string }) => entry?.owner !== undefined).length === wanted;
      },
      count,
      { polling: 50 },
    );
  const login = (page: Page, identifier: string) =>
    page.evaluate(
      async ([who, password]) => {
        await window.client.account.login({ identifier: who!, password: password! });
      },
      [identifier, PASSWORD],
    );

  it('runs the plain page: two people chat, one loads it again, and markup stays text', async () => {
    const [ann, bob] = await Promise.all([openPlain(await newContext()), openPlain(await newContext())]);
    await signIn(ann, 'plain_ann');
    await signIn(bob, 'plain_bob');
    await ann.getByLabel('Message').fill('<img src=x onerror="document.title=1"> hello');
    await ann.getByLabel('Message').press('Enter');
    await bob.getByText('plain_ann: <img src=x onerror="document.title=1"> hello').waitFor();
    expect(await bob.locator('#messages img').count()).toBe(0);

    await bob.reload();
    await bob.getByText('hello').waitFor();
    await bob.locator('#status', { hasText: 'online' }).waitFor();
    await bob.context().setOffline(true);
    await bob.getByLabel('Message').fill('written offline');
    await bob.getByLabel('Message').press('Enter');
    await bob.locator('li[data-status="pending"]', { hasText: 'written offline' }).waitFor();
    await bob.reload().catch(() => undefined);
    await bob.context().setOffline(false);
    await bob.goto(`${pageUrl('plain.html')}?server=${encodeURIComponent(url())}`);
    await ann.getByText('plain_bob: written offline').waitFor();
    await bob.locator('li[data-status="sent"]', { hasText: 'written offline' }).waitFor();
    await bob.getByRole('button', { name: 'Sign out' }).click();
    await bob.getByLabel('Username').waitFor();
  }, 60_000);

  it.each(['tokens', 'cookies'] as const)(
    'refreshes a session in %s once for two tabs, time after time',
    async (session) => {
      const ann = await newPerson('ann');
      const context = await newContext();
      const asked: { at: number; body: string | null }[] = [];
      const statuses: number[] = [];
      context.on('request', (request) => {
        if (isRefresh(request)) asked.push({ at: Date.now(), body: request.postData() });
      });
      const threeLifetimes = new Promise<void>((resolve) => {
        context.on('response', (response) => {
          if (isRefresh(response) && statuses.push(response.status()) === 3) resolve();
        });
      });
      const one = await openTab(context, session);
      await login(one, ann.username);
      const two = await openTab(context, session);
      await Promise.all([isOnline(one), isOnline(two)]);
      const stored = await one.evaluate(async () => {
        const databases = await indexedDB.databases();
        const request = indexedDB.open(databases[0]!.name!);
        await new Promise((resolve) => {
          request.onsuccess = resolve;
        });
        const read = request.result.transaction('entries').objectStore('entries').get('session');
        await new Promise((resolve) => {
          read.onsuccess = resolve;
        });
        return read.result as { token: string | null; refreshToken: string | null };
      });
      expect(typeof stored.token).toBe(session === 'tokens' ? 'string' : 'object');
      expect(typeof stored.refreshToken).toBe(session === 'tokens' ? 'string' : 'object');

      // Both ask all the time, over three lifetimes of the token.
      const ask = (page: Page) =>
        page.evaluate(async () => {
          let calls = 0;
          for (; !window.isEnough; calls += 1) {
            await window.client.account.profile();
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
          return calls;
        });
      const asking = Promise.all([ask(one), ask(two)]);
      await Promise.race([threeLifetimes, asking]);
      for (const page of [one, two]) {
        await page.evaluate(() => {
          window.isEnough = true;
        });
      }
      expect(Math.min(...(await asking))).toBeGreaterThan(20);
      expect(new Set(statuses)).toEqual(new Set([200]));
      // A token lives for 2 s at least (its times are whole seconds); two tabs that each refresh do it at once.
      const pauses = asked.slice(1).map(({ at }, index) => at - asked[index]!.at);
      expect(Math.min(...pauses)).toBeGreaterThan(1_000);
      // Beside the cookie there is no second refresh token, in no tab's memory.
      if (session === 'cookies') expect(new Set(asked.map(({ body }) => body))).toEqual(new Set(['{}']));
      await Promise.all([isOnline(one), isOnline(two)]);
      expect(await Promise.all([one, two].map((page) => page.evaluate(() => window.seen)))).toEqual([[], []]);
    },
    60_000,
  );

  it('sends what a closed tab has left behind, once', async () => {
    const bob = await newPerson('bob');
    const ann = await newPerson('ann');
    const context = await newContext();
    const one = await openTab(context, 'tokens');
    await login(one, ann.username);
    const two = await openTab(context, 'tokens');
    await Promise.all([isOnline(one), isOnline(two)]);
    await context.setOffline(true);
    await one.waitForFunction(() => window.client.status.value === 'offline');
    await one.evaluate(async (id) => {
      for (const content of ['1', '2', '3']) window.client.messages.send({ userId: id, content });
    }, bob.user.id);
    // `send` returns before they are; a tab that is closed in that moment leaves nothing behind.
    await isKept(one, 3);
    await one.close();
    await two.waitForFunction(() => window.client.messages.pending.value === 3);
    await context.setOffline(false);
    await two.waitForFunction(() => window.client.messages.pending.value === 0);
    const { messages } = await bob.call('getConversation', { params: { userId: ann.user.id } });
    expect(messages.map(({ content }) => content)).toEqual(['1', '2', '3']);
  }, 60_000);

  it('signs out in all tabs at once, and leaves nothing in the storage', async () => {
    const ann = await newPerson('ann');
    const context = await newContext();
    const one = await openTab(context, 'cookies');
    await login(one, ann.username);
    const two = await openTab(context, 'cookies');
    await isOnline(two);
    await one.evaluate(() => window.client.account.logout());
    await two.waitForFunction(() => window.client.status.value === 'signed_out');
    const three = await openTab(context, 'cookies');
    expect(await three.evaluate(() => window.client.account.me.value)).toBeNull();
  }, 60_000);
});
