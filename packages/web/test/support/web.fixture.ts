import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect } from 'vitest';
import { chromiumFlags, chromiumPath } from './chromium.js';

declare global {
  interface Window {
    layoutShift: number;
  }
}

/** The part of the server's own test fixture that these tests use. */
interface TestServer {
  url: string;
  database: { connection: SeedConnection };
  newPerson(name?: string): Promise<{ id: string; username: string; token: string }>;
  request(
    method: string,
    path: string,
    options?: { token?: string; body?: unknown },
  ): Promise<{ body: unknown }>;
  close(): Promise<void>;
}

/** What seeding needs of a Mongoose connection. */
interface SeedConnection {
  name: string;
  getClient(): { db(name: string): { collection(name: string): SeedCollection } };
}
interface SeedCollection {
  findOne(filter: object): Promise<Record<string, unknown> | null>;
  insertMany(documents: object[], options?: object): Promise<unknown>;
}

interface ServerFixture {
  startTestServer(env: Record<string, string>, overrides: object): Promise<TestServer>;
}

/** Somebody in front of a browser of their own. */
export interface Visitor {
  page: Page;
  username: string;
  /** Errors of the page: exceptions, and what the console calls an error. */
  problems: string[];
  /** Addresses that were asked for, outside of the server. */
  strangers: string[];
}

export const PASSWORD = 'Password123';

let people = 0;

/** A server with the web app as it is now, and a browser; both for one test file. */
export function useWebApp() {
  let server: TestServer | undefined;
  let browser: Browser | undefined;
  let webRoot = '';

  beforeAll(async () => {
    webRoot = await mkdtemp(join(tmpdir(), 'parley-web-'));
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const path = fileURLToPath(new URL('../../../server/test/support/test-server.ts', import.meta.url));
    const [fixture] = await Promise.all([
      // By path, so that its types are checked where they belong.
      import(path) as Promise<ServerFixture>,
      build({ root, logLevel: 'error', build: { outDir: webRoot, emptyOutDir: true } }),
    ]);
    server = await fixture.startTestServer({ LOG_LEVEL: 'silent' }, { webRoot });
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: chromiumFlags });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(webRoot, { recursive: true, force: true });
  });

  function getServer(): TestServer {
    if (server === undefined) throw new Error('the server has not been started');
    return server;
  }

  /** Opens the app in a browser context of its own. */
  async function open(path = '/', options: BrowserContextOptions = {}): Promise<Visitor> {
    const { url } = getServer();
    const context = await getBrowser().newContext({ viewport: DESK, locale: 'en-GB', ...options });
    context.setDefaultTimeout(30_000);
    await context.addInitScript(watchShifts);
    const page = await context.newPage();
    const visitor: Visitor = { page, username: '', problems: [], strangers: [] };
    page.on('pageerror', (error) => visitor.problems.push(error.message));
    page.on('console', (entry) => {
      // What could not be fetched while offline is what is tested.
      if (entry.type() === 'error' && !/ERR_INTERNET_DISCONNECTED|status of 4\d\d/.test(entry.text()))
        visitor.problems.push(entry.text());
    });
    context.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(url))
        visitor.strangers.push(request.url());
    });
    await page.goto(url + path);
    return visitor;
  }

  /** Registers somebody new through the page. */
  async function register(name: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    const visitor = await open('/register', options);
    people += 1;
    visitor.username = `${name}_${people}`;
    const { page } = visitor;
    await page.getByLabel('Username').fill(visitor.username);
    await page.getByLabel('E-mail').fill(`${visitor.username}@example.com`);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    return visitor;
  }

  function getBrowser(): Browser {
    if (browser === undefined) throw new Error('the browser has not been started');
    return browser;
  }

  return {
    open,
    register,
    browser: getBrowser,
    server: getServer,
    url: () => getServer().url,
    webRoot: () => webRoot,
  };
}

export const DESK = { width: 1440, height: 900 };
export const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  isMobile: true,
  hasTouch: true,
};

/** Finds somebody in the directory and opens the chat with them. */
export async function startChat({ page }: Visitor, username: string): Promise<void> {
  await page.getByRole('button', { name: 'New chat' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New chat' });
  await dialog.getByRole('searchbox').fill(username);
  await dialog.getByRole('button', { name: username }).click();
  await composerOf(page).waitFor();
}

/** Where one writes. */
export const composerOf = (page: Page) => page.getByRole('textbox', { name: /^Message / });

/** Writes into the open chat. */
export async function say({ page }: Visitor, text: string): Promise<void> {
  await composerOf(page).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** The row of a direct chat in the list. */
export const rowOf = (page: Page, name: string) =>
  page.locator('.chat-row[href^="/u/"]').filter({ hasText: name });

/** A message on the screen, by its text. */
export const messageOf = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text });

/**
 * Runs in the page: adds up how far things have moved by themselves. The box that the messages of a chat stand in does
 * not count: it grows upwards as earlier ones come in, and of the box itself nothing is seen.
 */
function watchShifts(): void {
  window.layoutShift = 0;
  const isBox = ({ node }: { node: Node | null }) =>
    node instanceof Element && node.matches('.timeline > :last-child');
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
      sources: { node: Node | null }[];
    })[])
      if (!entry.hadRecentInput && !entry.sources.every(isBox)) window.layoutShift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}

/** How far things have moved in a page since it was loaded, without anybody having done anything (web.dev/cls). */
export const shiftOf = (page: Page): Promise<number> => page.evaluate(() => window.layoutShift);

/** Nothing went wrong in a page, and it talked to its own server alone. */
export function expectClean(...visitors: readonly Visitor[]): void {
  for (const { username, problems, strangers } of visitors) {
    expect(problems, username).toEqual([]);
    expect(strangers, username).toEqual([]);
  }
}
