import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findViolations } from './support/axe.js';
import { chromiumPath } from './support/chromium.js';
import { settle } from './support/village.js';
import { DESK, expectClean, PHONE, shiftOf, useWebApp, type Visitor } from './support/web.fixture.js';

/** With PARLEY_SCREENS=1 a picture of every screen is written to docs/screens; otherwise the tree stays as it is. */
const folder = process.env['PARLEY_SCREENS']
  ? fileURLToPath(new URL('../../../docs/screens', import.meta.url))
  : '';

/** What a person does not mind (web.dev/cls), here of everything since the page was loaded. */
const SHIFT_MAX = 0.1;

const settings: { name: string; options: BrowserContextOptions }[] = [
  { name: 'desk-light', options: { viewport: DESK, colorScheme: 'light' } },
  { name: 'phone-dark', options: { ...PHONE, colorScheme: 'dark' } },
  { name: 'desk-dark', options: { viewport: DESK, colorScheme: 'dark' } },
  { name: 'phone-light', options: { ...PHONE, colorScheme: 'light' } },
];

describe.skipIf(chromiumPath === undefined)('every screen', () => {
  const app = useWebApp();
  let people: Awaited<ReturnType<typeof settle>>;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    people = await settle(app.server());
    // Somebody is there, and has read what was written.
    const page = await visit('/', { viewport: DESK });
    await signIn(page, people.tomas.username);
    await row(page, 'Maya').click();
    await page.getByRole('article').last().waitFor();
  });
  afterAll(() => expectClean(...visitors));

  async function visit(path: string, options: BrowserContextOptions): Promise<Page> {
    const visitor = await app.open(path, { ...options, reducedMotion: 'reduce' });
    visitors.push(visitor);
    return visitor.page;
  }

  /** Nothing for axe-core, nothing beyond the edge, and a picture if one is wanted. */
  async function judge(page: Page, name: string, setting: string): Promise<void> {
    if (folder !== '') {
      mkdirSync(folder, { recursive: true });
      await page.waitForTimeout(300);
      await page.screenshot({ path: `${folder}/${name}-${setting}.png` });
    }
    expect.soft(await findViolations(page), `${name}, ${setting}`).toEqual([]);
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect.soft(excess, `${name}, ${setting}: pixels beyond the edge`).toBeLessThanOrEqual(0);
    expect.soft(await shiftOf(page), `${name}, ${setting}: layout shift`).toBeLessThan(SHIFT_MAX);
  }

  async function signIn(page: Page, username: string): Promise<void> {
    await page.getByLabel('Username or e-mail').fill(username);
    await page.getByLabel('Password', { exact: true }).fill(people.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
  }

  const row = (page: Page, name: string) =>
    page.locator('.chat-row').filter({ has: page.locator('.chat-row-name', { hasText: name }) });

  for (const [index, { name: setting, options }] of settings.entries()) {
    // Two of the four see everything, the others what differs most.
    const seesAll = index < 2;

    it(`is accessible and whole: ${setting}`, async () => {
      const page = await visit('/', options);
      await judge(page, 'sign-in', setting);
      if (seesAll) {
        await page.getByRole('link', { name: 'Create account' }).click();
        await page.getByRole('button', { name: 'Create account' }).click();
        await page.getByText('This does not look like an e-mail address.').waitFor();
        await judge(page, 'register', setting);
        await page.getByRole('link', { name: 'Sign in' }).click();
      }
      await signIn(page, people.maya.username);
      await row(page, 'Tomás').waitFor();
      await judge(page, 'chats', setting);

      await row(page, 'Tomás').click();
      await page.getByRole('article').last().waitFor();
      await judge(page, 'conversation', setting);
      if (seesAll) await judgeConversation(page, setting);

      await page.goto(`${app.url()}/settings`);
      await page.getByText('This device').waitFor();
      await judge(page, 'settings', setting);
      await page.context().close();
    }, 240_000);
  }

  async function judgeConversation(page: Page, setting: string): Promise<void> {
    const own = page.getByRole('article').filter({ hasText: 'row F' });
    await own.getByRole('button', { name: 'Message options' }).click();
    await page.getByRole('menuitem', { name: 'Copy text' }).waitFor();
    await judge(page, 'message-menu', setting);
    await page.getByRole('menuitem', { name: 'Delete for everyone' }).click();
    await judge(page, 'delete', setting);
    await page.getByRole('button', { name: 'Cancel' }).click();

    await page.getByRole('button', { name: 'About Tomás Rivera' }).click();
    await page.getByText('Stage carpenter').waitFor();
    await judge(page, 'person', setting);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Insert emoji' }).click();
    await page.getByRole('searchbox', { name: 'Search emoji' }).waitFor();
    await judge(page, 'emoji', setting);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Search in this chat' }).click();
    await page.getByRole('searchbox', { name: 'Search in this chat' }).fill('tickets');
    await page.getByText('1 of 1').waitFor();
    await judge(page, 'find', setting);

    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.context().setOffline(true);
    await page.reload();
    await page.getByText('Offline. Messages wait here').waitFor();
    await page
      .getByRole('textbox', { name: /^Message/ })
      .fill(setting === 'desk-light' ? 'After, I think.' : 'And dessert somewhere else.');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await judge(page, 'offline', setting);
    await page.context().setOffline(false);
    await page.getByText('Offline. Messages wait here').waitFor({ state: 'detached' });

    await page.goto(app.url());
    await row(page, 'Lobby').click();
    await page.getByText('olive oil').last().waitFor();
    await judge(page, 'lobby', setting);

    await page.goto(app.url());
    await page.getByRole('button', { name: 'New chat' }).first().click();
    await page.getByRole('dialog').getByText('Zainab Bello').waitFor();
    await judge(page, 'new-chat', setting);
    await page.keyboard.press('Escape');

    await page.getByRole('searchbox', { name: 'Search chats and messages' }).fill('heron');
    await page.locator('.hit').waitFor();
    await judge(page, 'search', setting);
  }

  it('has something to say to somebody new', async () => {
    const page = await visit('/register', { viewport: DESK, colorScheme: 'light' });
    await page.getByLabel('Username').fill('newcomer');
    await page.getByLabel('E-mail').fill('newcomer@example.com');
    await page.getByLabel('Password', { exact: true }).fill(people.password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    await judge(page, 'first-day', 'desk-light');
    await page.goto(`${app.url()}/u/${people.ravi.id}`);
    await page.getByText('Say hello to').waitFor();
    await judge(page, 'first-words', 'desk-light');
    await page.goto(`${app.url()}/u/${'0'.repeat(24)}`);
    await page.getByText('This chat is not there').waitFor();
    await judge(page, 'gone', 'desk-light');
  });

  it('do not jump when what was asked for comes late', async () => {
    const page = await visit('/', { ...PHONE, colorScheme: 'light' });
    // What moves within half a second after a press counts as wanted (web.dev/cls): this comes later.
    await page.route('**/conversation/**', async (route) => {
      await page.waitForTimeout(700);
      await route.continue();
    });
    await signIn(page, people.maya.username);
    await row(page, 'Tomás').click();
    await page.getByText('Are the tickets for Thursday').waitFor();
    await page.getByText('This is the beginning of your conversation').waitFor();
    expect(await shiftOf(page)).toBeLessThan(SHIFT_MAX / 2);
    await page.context().close();
  });

  it('speaks Hindi, and keeps its shape from right to left', async () => {
    const page = await visit('/', { ...PHONE, colorScheme: 'light', locale: 'hi-IN' });
    await page.getByRole('heading', { name: 'फिर से स्वागत है' }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('hi');
    await page.getByLabel('उपयोगकर्ता नाम या ई-मेल').fill(people.maya.username);
    await page.getByLabel('पासवर्ड', { exact: true }).fill(people.password);
    await page.getByRole('button', { name: 'साइन इन करें' }).click();
    await row(page, 'रवि').click();
    await page.getByText('कल की बैठक').last().waitFor();
    await judge(page, 'hindi', 'phone-light');
    await page.evaluate(() => {
      document.documentElement.dir = 'rtl';
    });
    await judge(page, 'right-to-left', 'phone-light');
    const bubble = await page.getByRole('article').first().locator('.bubble').boundingBox();
    expect((bubble?.x ?? 0) + (bubble?.width ?? 0)).toBeGreaterThan(320);
  });

  it('can be used by keyboard alone', async () => {
    const page = await visit('/', { viewport: DESK });
    await page.getByLabel('Username or e-mail').focus();
    await page.keyboard.type(people.zainab.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(people.password);
    await page.keyboard.press('Enter');
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('heron');
    await page.locator('.hit').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const composer = page.getByRole('textbox', { name: 'Message Maya Lindqvist' });
    await composer.waitFor();
    // The arrows begin at the last message that is there, which is there before those above it.
    const messages = page.getByRole('article');
    const own = messages.filter({ hasText: 'But fair. I will let some of them fly away.' });
    await messages.last().getByText('❤️').waitFor();
    await own.waitFor();
    await page.getByRole('feed').focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await own.and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem').and(page.locator(':focus')).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('menuitem', { name: 'Edit' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Editing message').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Editing message').waitFor({ state: 'detached' });
    await page.keyboard.type('Sent without a mouse');
    await page.keyboard.press('Enter');
    await page.getByRole('article').filter({ hasText: 'Sent without a mouse' }).waitFor();
    await page.keyboard.press('Alt+ArrowDown');
    await composer.waitFor({ state: 'detached' });
  });
});
