import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { chromiumFlags, chromiumPath } from '../../../web/test/support/chromium.js';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The client as one file, as `npm run bundle` makes it. */
export async function bundleClient(entry = 'index.ts'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [source(`../../src/${entry}`)],
    bundle: true,
    format: 'esm',
    minify: true,
    target: 'es2022',
    conditions: ['@parley/source'],
    write: false,
  });
  return outputFiles[0]!.text;
}

const TAB = `<!doctype html><title>tab</title>
<script type="module">import * as parley from './parley-client.js'; window.parley = parley;</script>`;

/** A browser, and pages of an origin that is not the server's: the plain example, and an empty one with the client. */
export function useBrowser() {
  let browser: Browser | undefined;
  let pages: Server | undefined;

  beforeAll(async () => {
    const files = new Map([
      ['/plain.html', await readFile(source('../../../../examples/plain.html'), 'utf8')],
      ['/parley-client.js', await bundleClient()],
      ['/tab.html', TAB],
    ]);
    pages = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      const file = files.get(path);
      const type = path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8';
      response.writeHead(file === undefined ? 404 : 200, { 'Content-Type': type }).end(file);
    });
    await new Promise<void>((resolve) => pages?.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: chromiumFlags });
  });
  // Tabs that go on in the background would take the time of the next test.
  afterEach(async () => {
    await Promise.all(browser?.contexts().map((context) => context.close()) ?? []);
  });
  afterAll(async () => {
    await browser?.close();
    pages?.close();
  });

  return {
    pageUrl: (path: string) => `http://127.0.0.1:${(pages!.address() as AddressInfo).port}/${path}`,
    /** A browser of somebody: storage and cookies of their own. */
    newContext: (): Promise<BrowserContext> => browser!.newContext(),
  };
}
