import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root folder, absolute. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * An absolute path inside the checkout.
 * @param {string[]} parts
 */
export const inRoot = (...parts) => join(root, ...parts);

/** Programs of our dependencies, as files for Node to run: no shell and no PATH involved. */
export const bin = {
  biome: inRoot('node_modules/@biomejs/biome/bin/biome'),
  eslint: inRoot('node_modules/eslint/bin/eslint.js'),
  knip: inRoot('node_modules/knip/bin/knip.js'),
  tsc: inRoot('node_modules/typescript-native/bin/tsc'),
  tsx: inRoot('node_modules/tsx/dist/cli.mjs'),
  vite: inRoot('node_modules/vite/bin/vite.js'),
  vitest: inRoot('node_modules/vitest/vitest.mjs'),
};

/** Export condition under which our packages resolve to their TypeScript source (see packages/*\/package.json). */
export const sourceCondition = '@parley/source';
