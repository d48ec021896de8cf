import type { BrowserContext, Page, Response } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath } from '../../web/test/support/chromium.js';
import { areKept } from '../../web/test/support/kept.messages.js';
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
  { limits: { heartbeatMs: 500, heartbeatTimeoutMs: 4_000 } },
);

const isRefresh = (exchange: { url(): string }) => exchange.url().endsWith('/refresh-token');

/** What came of a refresh, and the second in which the server made the token. */
async function readRefresh(response: Response): Promise<{ status: number; issuedAt: number }> {
  const cookies = (await response.headersArray()).filter(({ name }) => /^set-cookie$/i.test(name));
  const claims = /^token=[^.]+\.([^.]+)\./m.exec(cookies.map(({ value }) => value).join('\n'))?.[1] ?? '';
  const { iat } = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}') as { iat?: number };
  return { status: response.status(), issuedAt: iat ?? Number.NaN };
}

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
  const login = (page: Page, identifier: string) =>
    page.evaluate(
      async ([who, password]) => {
        await window.client.account.login({ identifier: who!, password: password! });
      },
      [identifier, PASSWORD],
    );

  /**
   * Waits until so many messages are on their way in a tab. Asked from outside, as `waitForFunction` would wait for the
   * tab to be drawn as well; a failure tells all that the tab has come to instead.
   */
  const holds = (page: Page, count: number) =>
    expect
      .poll(
        () =>
          page.evaluate(async () =>
            JSON.stringify({
              pending: window.client.messages.pending.value,
              status: window.client.status.value,
              seen: window.seen,
              visibility: document.visibilityState,
              locks: (await navigator.locks.query()).held?.map(({ name }) => name),
            }),
          ),
        { timeout: 30_000 },
      )
      .toContain(`{"pending":${count},`);

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
    await areKept(bob, 1);
    await bob.reload().catch(() => undefined);
    await bob.context().setOffline(false);
    await bob.goto(`${pageUrl('plain.html')}?server=${encodeURIComponent(url())}`);
    await ann.getByText('plain_bob: written offline').waitFor();
    await bob.locator('li[data-status="sent"]', { hasText: 'written offline' }).waitFor();
    await bob.getByRole('button', { name: 'Sign out' }).click();
    await bob.getByLabel('Username').waitFor();
  }, 120_000);

  it.each(['tokens', 'cookies'] as const)(
    'refreshes a session in %s once for two tabs, time after time',
    async (session) => {
      const ann = await newPerson('ann');
      const context = await newContext();
      const bodies: (string | null)[] = [];
      const answers: Promise<{ status: number; issuedAt: number }>[] = [];
      context.on('request', (request) => {
        if (isRefresh(request)) bodies.push(request.postData());
      });
      const threeLifetimes = new Promise<void>((resolve) => {
        context.on('response', (response) => {
          if (isRefresh(response) && answers.push(readRefresh(response)) === 3) resolve();
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
      // However slow the machine is, both ask at least once with each token.
      expect(Math.min(...(await asking))).toBeGreaterThanOrEqual(3);
      const refreshes = await Promise.all(answers);
      expect(new Set(refreshes.map(({ status }) => status))).toEqual(new Set([200]));
      // A token lives for 2 s at least (its times are whole seconds); two tabs that each refresh do it at once. By the
      // server's clock: what a busy machine tells late was done in time.
      const pauses = refreshes.slice(1).map(({ issuedAt }, index) => issuedAt - refreshes[index]!.issuedAt);
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(2);
      // Beside the cookie there is no second refresh token, in no tab's memory.
      if (session === 'cookies') expect(new Set(bodies)).toEqual(new Set(['{}']));
      await Promise.all([isOnline(one), isOnline(two)]);
      expect(await Promise.all([one, two].map((page) => page.evaluate(() => window.seen)))).toEqual([[], []]);
    },
    120_000,
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
    await areKept(one, 3);
    await one.close();
    await holds(two, 3);
    await context.setOffline(false);
    await holds(two, 0);
    const { messages } = await bob.call('getConversation', { params: { userId: ann.user.id } });
    expect(messages.map(({ content }) => content)).toEqual(['1', '2', '3']);
  }, 120_000);

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
  }, 120_000);
});
