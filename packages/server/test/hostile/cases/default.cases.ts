import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig } from '../../../src/config/config.js';
import { startProgram } from '../../support/program.js';
import { type HostileCase, inGroup } from '../hostile.case.js';

const strong = 'kQ7v2pXw9mZr4tYb6nHs8dLf1gJc3aEu';
const production = { NODE_ENV: 'production', JWT_SECRET: strong };

/** What must not start in production, and the sentence that says what to set. */
const refused: [what: string, env: Record<string, string>, says: RegExp][] = [
  ['no secret', { NODE_ENV: 'production' }, /JWT_SECRET is needed/],
  ['an empty secret', { NODE_ENV: 'production', JWT_SECRET: ' ' }, /JWT_SECRET is needed/],
  [
    'a short secret',
    { NODE_ENV: 'production', JWT_SECRET: 'short' },
    /JWT_SECRET has a secret of fewer than 32 characters/,
  ],
  [
    'a short one among good ones',
    { NODE_ENV: 'production', JWT_SECRET: `${strong},short` },
    /JWT_SECRET has a secret of fewer/,
  ],
  [
    'the secret of an example',
    { NODE_ENV: 'production', JWT_SECRET: 'your-super-secret-jwt-key-change-this-in-production' },
    /openssl rand/,
  ],
  ['a secret of one letter', { NODE_ENV: 'production', JWT_SECRET: 'a'.repeat(64) }, /openssl rand/],
  [
    'a short refresh secret',
    { ...production, JWT_REFRESH_SECRET: 'short' },
    /JWT_REFRESH_SECRET has a secret/,
  ],
  ['every origin with credentials', { ...production, CLIENT_URL: '*' }, /CLIENT_URL may not be \*/],
  [
    'every origin among others',
    { ...production, CLIENT_URL: 'https://a.example,*' },
    /CLIENT_URL may not be \*/,
  ],
  [
    'cookies over plain HTTP',
    { ...production, COOKIE_SECURE: 'false', CLIENT_URL: 'https://chat.example.com' },
    /COOKIE_SECURE/,
  ],
  [
    'a wildcard within an origin',
    { ...production, CLIENT_URL: 'https://*.example.com' },
    /CLIENT_URL entry 1 is not an origin/,
  ],
];

export const defaultCases: HostileCase[] = inGroup('defaults at start', [
  ...refused.map(([what, env, says]) => ({
    name: `${what}: refused in production, with the sentence that says what to set`,
    on: ['REST'] as const,
    async run() {
      assert.throws(
        () => readConfig(env),
        (error: Error) => {
          assert.ok(error instanceof ConfigError);
          assert.match(error.message, says);
          for (const secret of [env['JWT_SECRET'], env['JWT_REFRESH_SECRET']]) {
            if (secret !== undefined && secret.trim() !== '' && secret !== 'short')
              assert.ok(!error.message.includes(secret));
          }
          return true;
        },
      );
    },
  })),
  {
    name: 'the program itself ends with 1 and that sentence, and without a stack',
    on: ['REST'],
    async run() {
      const folder = await mkdtemp(join(tmpdir(), 'parley-hostile-'));
      const program = startProgram(folder, { NODE_ENV: 'production' });
      assert.equal(await program.exit, 1);
      assert.match(program.output(), /JWT_SECRET is needed/);
      assert.ok(!/\bat .*:\d+:\d+/.test(program.output()));
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  },
  {
    name: 'what nobody configured is the safe choice in production',
    on: ['REST'],
    async run() {
      const config = readConfig(production);
      assert.equal(config.cookieSecure, true);
      assert.deepEqual(config.clientOrigins, []);
      assert.equal(config.allowLoopbackOrigins, false);
      assert.equal(config.trustProxy, 0);
      assert.equal(config.metrics.enabled, false);
    },
  },
]);
