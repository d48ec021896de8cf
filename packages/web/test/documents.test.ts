import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findViolations } from './support/axe.js';
import { chromiumPath } from './support/chromium.js';
import { DESK, PHONE, useWebApp } from './support/web.fixture.js';

// The server's own pages, in a browser that asks for nothing outside of the server and obeys its policy.
// Colours do not go by the width, nor the layout by the colours.
const settings: [name: string, options: BrowserContextOptions][] = [
  ['at a desk, light', { viewport: DESK, colorScheme: 'light' }],
  ['on a phone, dark', { ...PHONE, colorScheme: 'dark' }],
];

/** The red, green and blue of what lies behind the text, 0 to 765 in sum. */
const brightnessOf = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const behind = getComputedStyle(document.querySelector('nav') ?? document.body).backgroundColor;
    return (behind.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
  });

const widthBeyond = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** Opens one endpoint with its form, its examples and its answers. */
async function openEndpoint(page: Page): Promise<void> {
  await page.locator('.opblock-post .opblock-summary-control').first().click();
  await page.locator('.opblock.is-open .execute').waitFor();
}

describe.skipIf(chromiumPath === undefined)('the documents of the interface', () => {
  const app = useWebApp();

  it.each(settings)(
    'can be read %s',
    async (_name, options) => {
      for (const path of ['/api/docs', '/api/docs/rest']) {
        const { page, problems, strangers } = await app.open(path, options);
        if (path.endsWith('rest')) await openEndpoint(page);
        const isDark = options.colorScheme === 'dark';
        expect((await brightnessOf(page)) < 200).toBe(isDark);
        expect(await widthBeyond(page)).toBeLessThanOrEqual(0);
        // Swagger UI's own markup has faults that are not ours to mend; its colours were.
        const violations = (await findViolations(page)).filter(
          (line) => !path.endsWith('rest') || line.startsWith('color-contrast'),
        );
        expect(violations).toEqual([]);
        expect([problems, strangers]).toEqual([[], []]);
        await page.context().close();
      }
    },
    240_000,
  );

  it('follow a reader who changes between light and dark', async () => {
    const { page } = await app.open('/api/docs/rest', { colorScheme: 'dark' });
    await page.locator('.opblock').first().waitFor();
    expect(await brightnessOf(page)).toBeLessThan(200);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(() => brightnessOf(page)).toBeGreaterThan(600);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => brightnessOf(page)).toBeLessThan(200);
  });

  it('send a request from their form', async () => {
    const { page } = await app.open('/api/docs/rest');
    await openEndpoint(page);
    await page
      .locator('.opblock.is-open textarea')
      .first()
      .fill(
        JSON.stringify({ username: 'from_the_form', email: 'form@example.com', password: 'Password123' }),
      );
    await page.locator('.opblock.is-open .execute').click();
    await page.locator('.live-responses-table .response-col_status', { hasText: '201' }).waitFor();
  });
});
