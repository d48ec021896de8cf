import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { bundleClient } from './support/browser.js';

it('weighs less than 25 kB gzipped, everything included, and brings no zod', async () => {
  const bundle = await bundleClient();
  const bytes = gzipSync(bundle, { level: 9 }).length;
  console.log(`the client in one file: ${(bytes / 1_000).toFixed(1)} kB gzipped`);
  expect(bytes).toBeLessThan(25_000);
  expect(bundle).not.toMatch(/zod|ZodError/i);
});
