import { describe, expect, it } from 'vitest';
import { type MutantName, mutants } from '../../src/chaos/mutants/mutant.table.js';
import { runMutant } from '../../src/chaos/mutants/mutants.run.js';

const seed = 1 + Math.floor(Math.random() * 1_000_000);
const names = Object.keys(mutants) as MutantName[];

it('has eight mutants', () => {
  expect(names).toHaveLength(8);
});

// Each is a server that starts, is loaded lightly for 2 s, and ends: mostly waiting.
describe.concurrent('a server with a broken promise', () => {
  it.each(names)(
    'is noticed: %s',
    async (name) => {
      const { violations, failure, seconds } = await runMutant(name, seed, 'short');
      console.log(`${name}: ${violations[0]?.what ?? failure}, ${seconds} s, seed ${seed}`);
      expect(failure).toBeUndefined();
      expect(violations).not.toEqual([]);
    },
    // Until it is caught: on a busy machine there is less load around each kill.
    600_000,
  );
});
