import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath } from './support/chromium.js';
import { composerOf, expectClean, useWebApp, type Visitor } from './support/web.fixture.js';

const NEXT_VERSION = 'c0ffeec0ffee';

describe.skipIf(chromiumPath === undefined)('the app as something to install', () => {
  const app = useWebApp();
  let amara: Visitor;

  beforeAll(async () => {
    amara = await app.register('amara');
    await amara.page.waitForFunction(() => navigator.serviceWorker.ready.then(() => true));
  });
  afterAll(() => expectClean(amara));

  it('has everything that a browser asks for', async () => {
    const session = await amara.page.context().newCDPSession(amara.page);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    // A context of a test is a private window, which installs nothing.
    expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);
    const { errors, url } = await session.send('Page.getAppManifest');
    expect([url, errors]).toEqual([`${app.url()}/manifest.webmanifest`, []]);
  });

  it('offers a new version and starts it when the person says so, without losing what was typed', async () => {
    const { page } = amara;
    await page.reload();
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.getByRole('link', { name: /Lobby/ }).click();
    await composerOf(page).fill('Half a sentence');
    const path = join(app.webRoot(), 'sw.js');
    const worker = await readFile(path, 'utf8');
    // Its version is the only word of this form.
    await writeFile(path, worker.replace(/[0-9a-f]{12}/g, NEXT_VERSION));
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    await page.getByText('A new version is ready.').waitFor();
    expect(await composerOf(page).inputValue()).toBe('Half a sentence');
    const loaded = page.waitForEvent('load');
    await page.getByRole('button', { name: 'Reload' }).click();
    await loaded;
    await composerOf(page).waitFor();
    expect(await composerOf(page).inputValue()).toBe('Half a sentence');
    await expect.poll(() => page.evaluate(() => caches.keys())).toEqual([`parley-app-${NEXT_VERSION}`]);
  });
});
