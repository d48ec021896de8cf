import { expect, it } from 'vitest';
import { engineConfigFor } from './embedded.engine.js';

it('gives the engine a quarter of the memory, no less than it takes by itself and no more than it needs', () => {
  const gigabytes = (count: number) => count * 1_024 ** 3;
  const cacheOf = (memory: number) => /^cache_size=(\d+)M,/.exec(engineConfigFor(memory))?.[1];
  expect([0.5, 1, 2, 4, 8, 64].map((count) => cacheOf(gigabytes(count)))).toEqual([
    '256',
    '256',
    '512',
    '1024',
    '2048',
    '2048',
  ]);
});
