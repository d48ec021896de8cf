// npm test [-- <part of a file name> ...]: install, build, run the tests, end with one line of plain counts.
import './lib/require-node.mjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { bin } from './lib/paths.mjs';
import { runNode } from './lib/run.mjs';
import { runMain, StepError } from './lib/step.mjs';
import { formatCounts, readCounts } from './lib/test-counts.mjs';

const help = `npm test [-- <filter> ...] [vitest options]

  npm test                      every test of every package
  npm test -- send              test files with "send" in their path
  npm test -- -t 'returns'      tests with a matching title

All options of "vitest run" work. The last line is "N passed, N failed[, N skipped]".`;

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(help);
  process.exit(0);
}

await runMain(async () => {
  await ensureInstalled();
  // Tests run from the source, so one type error does not hide what they have to say; it fails the run all the same.
  const isBuilt = await ensureBuilt().then(
    () => true,
    (error) => {
      if (!(error instanceof StepError)) throw error;
      console.error(`\n${error.output.trim()}\n`);
      return false;
    },
  );

  const folder = mkdtempSync(join(tmpdir(), 'parley-test-'));
  const resultFile = join(folder, 'results.json');
  const reporters = args.some((arg) => arg.startsWith('--reporter')) ? [] : ['--reporter=default'];
  const { code } = await runNode(
    bin.vitest,
    ['run', ...reporters, '--reporter=json', `--outputFile.json=${resultFile}`, ...args],
    { show: true },
  );
  const counts = readCounts(resultFile, code);
  rmSync(folder, { recursive: true, force: true });

  if (!isBuilt) console.log('The build failed (see above), so this run fails whatever the tests say.');
  if (counts.note) console.log(counts.note);
  console.log(formatCounts(counts));
  process.exitCode = isBuilt && counts.failed === 0 && counts.passed > 0 ? 0 : 1;
});
