// npm run check: everything that a machine can judge without running the server. What CI runs before the tests.
import './lib/require-node.mjs';
import { compile, ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { bin } from './lib/paths.mjs';
import { runNode } from './lib/run.mjs';
import { formatSeconds, runMain, StepError } from './lib/step.mjs';

/** @type {Record<string, { what: string, run: () => ReturnType<typeof runNode> }>} The slowest first. */
const steps = {
  eslint: {
    what: 'promises, exhaustive switches, import directions, file sizes',
    run: () => runNode(bin.eslint, ['--max-warnings=0', 'packages', '--no-error-on-unmatched-pattern']),
  },
  types: {
    what: 'every package, its tests, and the scripts',
    run: () => compile('tsconfig.json'),
  },
  lint: {
    what: "Biome's lint; import cycles",
    run: () => runNode(bin.biome, ['lint', '--error-on-warnings', '--max-diagnostics=20']),
  },
  format: {
    what: 'layout and import order; npm run check -- --fix puts them right',
    // By file name alone: the differences would fill the screen, and nobody mends them by hand.
    run: () => runNode(bin.biome, ['check', '--linter-enabled=false', '--reporter=summary']),
  },
  knip: {
    what: 'unused files, exports and dependencies',
    run: () => runNode(bin.knip, ['--no-progress', '--no-config-hints']),
  },
};

const help = `npm run check [-- <step> ... | --fix]

${Object.entries(steps)
  .map(([name, { what }]) => `  ${name.padEnd(8)} ${what}`)
  .join('\n')}

Without names: all of them, after a build. --fix first rewrites what Biome can rewrite.`;

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(help);
  process.exit(0);
}

await runMain(async () => {
  const names = args.filter((arg) => arg !== '--fix');
  const unknown = names.find((name) => !(name in steps));
  if (unknown) throw new StepError(`There is no step "${unknown}".\n\n${help}`);

  await ensureInstalled();
  if (args.includes('--fix')) await runNode(bin.biome, ['check', '--write', '--log-level=none']);
  // ESLint and the tests' types read the declarations that the build leaves. Type errors come again below.
  await ensureBuilt().catch(() => undefined);

  const results = await Promise.all((names.length > 0 ? names : Object.keys(steps)).map(check));
  const failed = results.filter((ok) => !ok).length;
  if (failed > 0) throw new StepError(`${failed} of ${results.length} checks failed.`);
});

/**
 * @param {string} name
 * @returns {Promise<boolean>} Whether all is well.
 */
async function check(name) {
  const start = performance.now();
  const { code, output } = await /** @type {(typeof steps)[string]} */ (steps[name]).run();
  const time = formatSeconds(performance.now() - start);
  if (code === 0) console.log(`ok      ${name.padEnd(8)} ${time}`);
  else console.log(`FAILED  ${name.padEnd(8)} ${time}\n\n${output.trim()}\n`);
  return code === 0;
}
