import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath } from './support/chromium.js';
import { areKept } from './support/kept.messages.js';
import {
  composerOf,
  expectClean,
  messageOf,
  PASSWORD,
  PHONE,
  rowOf,
  say,
  startChat,
  useWebApp,
  type Visitor,
} from './support/web.fixture.js';

describe.skipIf(chromiumPath === undefined)('two people in the browser', () => {
  const app = useWebApp();
  let amara: Visitor;
  let bruno: Visitor;

  beforeAll(async () => {
    amara = await app.register('amara');
    bruno = await app.register('bruno', PHONE);
  });
  afterAll(() => expectClean(amara, bruno));

  it('find each other in the directory and begin to talk', async () => {
    await startChat(amara, bruno.username);
    await say(amara, 'Hello Bruno');
    const row = rowOf(bruno.page, amara.username);
    await row.getByText('1 unread message').waitFor();
    await expect.poll(() => bruno.page.title()).toBe('(1) Parley');
    await row.click();
    await messageOf(bruno.page, 'Hello Bruno').waitFor();
    expect(new URL(bruno.page.url()).pathname).toMatch(/^\/u\/[0-9a-f]{24}$/);
  });

  it('see their messages become read', async () => {
    await messageOf(amara.page, 'Hello Bruno').getByText('Read').waitFor();
    await say(bruno, 'Hello Amara');
    await messageOf(amara.page, 'Hello Amara').waitFor();
    await messageOf(bruno.page, 'Hello Amara').getByText('Read').waitFor();
  });

  it('see that a message is delivered before it is read', async () => {
    await bruno.page.getByRole('link', { name: 'Back to chats' }).click();
    await say(amara, 'Are you there?');
    await messageOf(amara.page, 'Are you there?').getByText('Delivered').waitFor();
    await rowOf(bruno.page, amara.username).click();
    await messageOf(amara.page, 'Are you there?').getByText('Read').waitFor();
  });

  it('see each other typing, in the chat and in the list', async () => {
    await composerOf(amara.page).pressSequentially('I am wri');
    await bruno.page.getByRole('status').getByText(`${amara.username} is typing`).waitFor();
    await composerOf(amara.page).fill('');
    await bruno.page.getByRole('link', { name: 'Back to chats' }).click();
    await composerOf(amara.page).pressSequentially('And again');
    await rowOf(bruno.page, amara.username).getByText('is typing').waitFor();
    await composerOf(amara.page).fill('');
  });

  it('keeps what was typed and not sent', async () => {
    await composerOf(amara.page).fill('Unfinished');
    await amara.page.getByRole('link', { name: /Lobby/ }).click();
    await amara.page.getByText('Draft:').waitFor();
    await rowOf(amara.page, bruno.username).click();
    await expect.poll(() => composerOf(amara.page).inputValue()).toBe('Unfinished');
    await composerOf(amara.page).fill('');
  });

  it('writes several lines with Shift and Enter, and sends with Enter', async () => {
    await composerOf(amara.page).pressSequentially('First');
    await composerOf(amara.page).press('Shift+Enter');
    await composerOf(amara.page).pressSequentially('Second');
    await composerOf(amara.page).press('Enter');
    await messageOf(amara.page, 'First\nSecond').waitFor();
    await expect.poll(() => composerOf(amara.page).inputValue()).toBe('');
  });

  it('shows an edit to both', async () => {
    await rowOf(bruno.page, amara.username).click();
    await say(amara, 'See you at five');
    await messageOf(amara.page, 'See you at five').getByText('Read').waitFor();
    await composerOf(amara.page).press('ArrowUp');
    await composerOf(amara.page).fill('See you at six');
    await composerOf(amara.page).press('Enter');
    await messageOf(bruno.page, 'See you at six').getByText('edited').waitFor();
    await messageOf(amara.page, 'See you at five').waitFor({ state: 'detached' });
  });

  it('deletes a message for everyone, and another for oneself', async () => {
    const { page } = amara;
    await messageOf(page, 'See you at six').hover();
    await messageOf(page, 'See you at six').getByRole('button', { name: 'Message options' }).click();
    await page.getByRole('menuitem', { name: 'Delete for everyone' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await messageOf(bruno.page, 'Message deleted').waitFor();
    expect(await messageOf(bruno.page, 'See you at six').count()).toBe(0);

    await messageOf(page, 'Hello Amara').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Delete for me' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await messageOf(page, 'Hello Amara').waitFor({ state: 'detached' });
    expect(await messageOf(bruno.page, 'Hello Amara').count()).toBe(1);
  });

  it('finds a message and goes to it', async () => {
    const { page } = amara;
    await page.getByRole('link', { name: /Lobby/ }).click();
    await page.getByRole('searchbox', { name: 'Search chats and messages' }).fill('hello bru');
    await page.getByRole('button', { name: /Hello Bruno/ }).click();
    await page.locator('.message-found', { hasText: 'Hello Bruno' }).waitFor();
    await page.getByRole('button', { name: 'Search in this chat' }).click();
    await page.getByRole('searchbox', { name: 'Search in this chat' }).fill('there');
    await page.getByText('1 of 1').waitFor();
    await page.getByRole('button', { name: 'Close search' }).click();
  });

  it('goes on offline: opens from the cache, keeps what is sent, and sends it once on coming back', async () => {
    const { page } = bruno;
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.context().setOffline(true);
    await page.reload();
    await messageOf(page, 'Hello Bruno').waitFor();
    await page.getByText('Offline. Messages wait here').waitFor();
    await say(bruno, 'From the tunnel');
    await say(bruno, 'Still in there');
    await messageOf(page, 'Still in there').getByText('Waiting to be sent').waitFor();
    await areKept(page, 2);
    await page.reload();
    await messageOf(page, 'Still in there').getByText('Waiting to be sent').waitFor();
    await page.context().setOffline(false);
    await messageOf(amara.page, 'Still in there').waitFor();
    const texts = await amara.page.getByRole('article').locator('.bubble-text').allInnerTexts();
    expect(texts.filter((text) => /tunnel|in there$/.test(text))).toEqual([
      'From the tunnel',
      'Still in there',
    ]);
    await messageOf(page, 'Still in there').getByText('Read').waitFor();
  });

  it('meets everybody in the lobby', async () => {
    await amara.page.getByRole('link', { name: /Lobby/ }).click();
    await say(amara, 'Hello everybody');
    await bruno.page.getByRole('link', { name: 'Back to chats' }).click();
    await bruno.page.getByRole('link', { name: /Lobby/ }).click();
    await messageOf(bruno.page, 'Hello everybody').getByText(amara.username).waitFor();
  });

  it('changes profile, password and devices', async () => {
    const { page } = amara;
    await page.getByRole('link', { name: 'Settings and profile' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Amara Okafor');
    await page.getByRole('button', { name: 'Save profile' }).click();
    await page.getByText('Profile saved').waitFor();
    await bruno.page.getByRole('link', { name: 'Back to chats' }).click();
    await rowOf(bruno.page, amara.username).click();
    await bruno.page.getByRole('heading', { name: 'Amara Okafor' }).waitFor();

    await page
      .getByLabel('Add a picture')
      .setInputFiles(fileURLToPath(new URL('../package.json', import.meta.url)));
    await page.getByText('not a picture').waitFor();
    await page
      .getByLabel('Add a picture')
      .setInputFiles(fileURLToPath(new URL('../public/icon-512.png', import.meta.url)));
    await page.getByText('Picture saved').waitFor();
    await bruno.page.reload();
    const face = bruno.page.locator('.pane-header img');
    await face.waitFor();
    // An image is there before it is loaded.
    await expect.poll(() => face.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(256);
    await page.getByRole('button', { name: 'Remove picture' }).click();
    await page.getByText('Picture removed').waitFor();
    await page.locator('.profile-head img').waitFor({ state: 'detached' });

    const other = await app.open('/');
    await other.page.getByLabel('Username or e-mail').fill(amara.username);
    await other.page.getByLabel('Password', { exact: true }).fill('wrong password');
    await other.page.getByRole('button', { name: 'Sign in' }).click();
    await other.page.getByText('Username or password is wrong.').waitFor();
    await other.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await other.page.getByRole('button', { name: 'Sign in' }).click();
    await other.page.getByText('Connected', { exact: true }).waitFor();

    await page.reload();
    await page.getByRole('button', { name: /^Sign out Chrome on/ }).click();
    await other.page.getByText('You were signed out.').waitFor();

    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByLabel('New password').fill('A new one 42');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Password changed.').waitFor();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    expectClean(other);
    await other.page.context().close();
  });
});
