import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath } from './support/chromium.js';
import {
  composerOf,
  expectClean,
  messageOf,
  say,
  startChat,
  useWebApp,
  type Visitor,
} from './support/web.fixture.js';

/** Each of them sets a mark on the page if any of it runs. */
const attacks = [
  '<script>window.harmed = 1</script>',
  '<img src=x onerror="window.harmed = 1">',
  '"><svg onload=window.harmed=1>',
  'javascript:window.harmed=1',
  '[link](javascript:window.harmed=1)',
  '<a href="javascript:window.harmed=1">click</a>',
  '{{constructor.constructor("window.harmed=1")()}}',
  '<style>body{display:none}</style><iframe srcdoc="<script>parent.harmed=1</script>">',
];

describe.skipIf(chromiumPath === undefined)('what others write', () => {
  const app = useWebApp();
  let amara: Visitor;
  let mallory: Visitor;

  beforeAll(async () => {
    amara = await app.register('amara');
    mallory = await app.register('mallory');
    await startChat(mallory, amara.username);
  });
  afterAll(() => expectClean(amara, mallory));

  it('stays text in messages, in the list and in search', async () => {
    for (const attack of attacks) await say(mallory, attack);
    await amara.page.getByRole('link', { name: new RegExp(mallory.username) }).click();
    for (const attack of attacks) {
      await amara.page.getByRole('article').getByText(attack, { exact: true }).waitFor();
    }
    await amara.page.getByRole('searchbox', { name: 'Search chats and messages' }).fill('harmed');
    await amara.page.locator('.hit').first().waitFor();
    await amara.page.getByRole('button', { name: 'Clear search' }).click();
    for (const { page } of [amara, mallory]) {
      expect(await page.evaluate(() => 'harmed' in window)).toBe(false);
      expect(await page.getByRole('article').locator('a, img, script, style, iframe').count()).toBe(0);
    }
  });

  it('stays text in names, and pictures from elsewhere are not asked for', async () => {
    const { page } = mallory;
    await page.getByRole('link', { name: 'Settings and profile' }).click();
    await page.getByLabel('Name', { exact: true }).fill('<img src=x onerror=window.harmed=1>');
    await page.getByRole('button', { name: 'Save profile' }).click();
    await page.getByText('Profile saved').waitFor();
    // The app itself only takes files; others may not.
    await page.evaluate(async () => {
      const { ok } = await fetch('/api/auth/profile', {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ profilePicture: 'https://tracker.invalid/pixel.png' }),
      });
      if (!ok) throw new Error('the picture was not taken');
    });
    await amara.page.reload();
    await amara.page.getByRole('heading', { name: '<img src=x onerror=window.harmed=1>' }).waitFor();
    expect(await amara.page.evaluate(() => 'harmed' in window)).toBe(false);
    await page.goBack();
  });

  it('becomes a link only where it is an http address, which then knows nothing of the page', async () => {
    await say(
      mallory,
      'See (https://example.com/a_(b)?c=1&d=2), or ftp://example.com. https://you@evil.example/',
    );
    const links = messageOf(amara.page, 'ftp://example.com').getByRole('link');
    await links.first().waitFor();
    expect(await links.count()).toBe(1);
    expect(await links.getAttribute('href')).toBe('https://example.com/a_(b)?c=1&d=2');
    expect(await links.getAttribute('rel')).toContain('noopener noreferrer');
    expect(await links.getAttribute('target')).toBe('_blank');
  });

  it('does not break the layout: words without end and text from right to left', async () => {
    await say(mallory, 'x'.repeat(3_000));
    await say(mallory, 'שלום עולם, \u202Eevil\u202C');
    await messageOf(amara.page, 'שלום').waitFor();
    const { width, content } = await amara.page.evaluate(() => {
      const frame = document.querySelector('.timeline');
      return { width: frame?.clientWidth ?? 0, content: frame?.scrollWidth ?? 0 };
    });
    expect(content).toBeLessThanOrEqual(width);
  });

  it('is pasted as it is, and refused above the limit', async () => {
    const { page } = mallory;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(async () => {
      const kinds = { 'text/plain': 'Bold,\n  as it is', 'text/html': '<b>Bold</b>' };
      await navigator.clipboard.write([new ClipboardItem(kinds)]);
    });
    await composerOf(page).press('ControlOrMeta+v');
    await expect.poll(() => composerOf(page).inputValue()).toBe('Bold,\n  as it is');
    // Emoji count once each, as the server counts them.
    await composerOf(page).fill('😀'.repeat(10_000));
    expect(await page.getByText('too long').count()).toBe(0);
    await composerOf(page).fill('y'.repeat(10_001));
    await page.getByText('1 character too long').waitFor();
    await composerOf(page).press('Enter');
    expect((await composerOf(page).inputValue()).length).toBe(10_001);
    await composerOf(page).fill('');
  });
});
