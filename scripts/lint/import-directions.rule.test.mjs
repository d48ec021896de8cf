// One deliberate violation for every direction of the table, and its lawful neighbours.
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { inRoot, root } from '../lib/paths.mjs';
import { importDirections } from './import-directions.rule.mjs';

const linter = new Linter({ cwd: root });
/** @type {import('eslint').Linter.Config[]} */
const config = [
  {
    files: ['**/*.ts'],
    plugins: { parley: { rules: { 'import-directions': importDirections } } },
    languageOptions: { parser: /** @type {import('eslint').Linter.Parser} */ (tseslint.parser) },
    rules: { 'parley/import-directions': 'error' },
  },
];

/**
 * @param {string} file Below packages/.
 * @param {string} code
 */
const judge = (file, code) => linter.verify(code, config, { filename: inRoot('packages', file) });

/** @type {[string, string][]} */
const forbidden = [
  ['protocol/src/a.ts', "import 'mongoose'"],
  ['protocol/src/a.ts', "import 'node:fs'"],
  ['protocol/src/a.ts', "import '@parley/client'"],
  ['client/src/a.ts', "import 'zod'"],
  ['client/src/a.ts', "import 'node:fs'"],
  ['client/src/a.ts', "import '@parley/server'"],
  ['client/src/a.ts', "import '../../protocol/src/limits.js'"],
  ['web/src/a.ts', "import '@parley/server'"],
  ['bench/src/a.ts', "import '@parley/web'"],
  ['server/src/app.ts', "import '@parley/client'"],
  ['server/src/routes/a.ts', "import { a } from '../services/a.service.js'"],
  ['server/src/routes/a.ts', "export * from '../models/a.store.js'"],
  ['server/src/controllers/a.ts', "import '../models/a.store.js'"],
  ['server/src/controllers/a.ts', "import '../policies/a.policy.js'"],
  ['server/src/controllers/a.ts', "import '../routes/a.js'"],
  ['server/src/controllers/a.ts', "await import('../sockets/a.js')"],
  ['server/src/controllers/a.ts', "type A = import('../sockets/a.js').A"],
  ['server/src/services/a.ts', "import '../models/a.model.js'"],
  ['server/src/services/a.ts', "import '../controllers/a.js'"],
  ['server/src/services/a.ts', "import '../dialects/a.js'"],
  ['server/src/services/a.ts', "import type { Request } from 'express'"],
  ['server/src/services/a.ts', "import 'socket.io'"],
  ['server/src/services/a.ts', "import 'ws'"],
  ['server/src/services/a.ts', "import 'mongoose'"],
  ['server/src/sockets/a.ts', "import '../models/a.store.js'"],
  ['server/src/sockets/a.ts', "import '../controllers/a.js'"],
  ['server/src/dialects/a.ts', "import { a } from '../services/a.service.js'"],
  ['server/src/events/a.ts', "import '../services/a.service.js'"],
  ['server/src/models/a.store.ts', "import '../services/a.service.js'"],
  ['server/src/policies/a.ts', "import '../models/a.store.js'"],
  ['server/src/policies/a.ts', "import { limits } from '@parley/protocol'"],
  ['server/src/main-helpers/a.ts', "import '../models/a.store.js'"],
];

/** @type {[string, string][]} */
const allowed = [
  ['protocol/src/a.ts', "import { z } from 'zod'"],
  ['client/src/a.ts', "import { limits } from '@parley/protocol'"],
  ['web/src/a.ts', "import '@parley/client'"],
  ['server/src/app.ts', "import './sockets/a.js'"],
  ['server/src/routes/a.ts', "import '../controllers/a.js'"],
  ['server/src/controllers/a.ts', "import '../services/a.service.js'; import '../dialects/a.js'"],
  ['server/src/sockets/a.ts', "import 'ws'; import '../services/a.service.js'; import '../events/a.js'"],
  ['server/src/services/a.ts', "import '../models/a.store.js'; import '../policies/a.js'; import './b.js'"],
  ['server/src/policies/a.ts', "import type { User } from '@parley/protocol'"],
  ['server/src/policies/a.ts', "import type { MessageRecord } from '../models/message.record.js'"],
  ['server/src/models/a.store.ts', "import 'mongoose'"],
  ['server/src/database/embedded/a.ts', "import 'mongoose'"],
];

describe('import directions', () => {
  it.each(forbidden)('forbids %s: %s', (file, code) => {
    expect(judge(file, code).map((message) => message.ruleId)).toEqual(['parley/import-directions']);
  });

  it.each(allowed)('allows %s: %s', (file, code) => {
    expect(judge(file, code)).toEqual([]);
  });
});
