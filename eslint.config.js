import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { importDirections } from './scripts/lint/import-directions.rule.mjs';

// Biome formats and lints; ESLint adds the few rules that need types, and the architecture.
const sources = ['packages/*/src/**/*.{ts,tsx}'];
const tests = ['packages/*/src/**/*.test.{ts,tsx}', 'packages/*/test/**/*.ts'];

/**
 * @param {number} max
 * @returns {import('eslint').Linter.RuleEntry}
 */
const maxLines = (max) => ['error', { max, skipBlankLines: true, skipComments: true }];

export default defineConfig(
  { ignores: ['**/dist/', '**/node_modules/', 'seeds/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: [...sources, ...tests],
    plugins: {
      '@typescript-eslint': tseslint.plugin,
      parley: { rules: { 'import-directions': importDirections } },
    },
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      'max-lines': maxLines(400),
    },
  },
  {
    files: sources,
    ignores: tests,
    rules: { 'parley/import-directions': 'error' },
  },
  {
    files: tests,
    rules: { 'max-lines': maxLines(500) },
  },
  {
    // Whatever the server needs of its process comes in as an argument, from main.ts.
    files: ['packages/server/src/**/*.ts'],
    ignores: ['packages/server/src/main.ts', 'packages/server/src/database/embedded/**', ...tests],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Only main.ts touches process; pass what is needed.' },
      ],
      'no-restricted-properties': ['error', { object: 'globalThis', property: 'process' }],
      'no-restricted-imports': ['error', { paths: ['process', 'node:process'] }],
    },
  },
);
