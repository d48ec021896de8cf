import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Our packages resolve to their source, so that a test never runs against yesterday's build. The others are
// Vite's defaults for Node.
const conditions = ['@parley/source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['scripts/**/*.test.mjs', 'packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    // Processes rather than threads: native addons and signals behave as they do in production. Two at a
    // time: each test file may start a database and a server of its own.
    pool: 'forks',
    maxWorkers: Math.min(2, availableParallelism()),
    // Deadlines are for what will never come: on a machine that others use too, everything may take ten times as long.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    expect: { poll: { timeout: 20_000 } },
    passWithNoTests: false,
    restoreMocks: true,
  },
});
