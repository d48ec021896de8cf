// npm run bench [-- options]: install and build what is missing or stale, then the bench. --help lists all.
import './lib/require-node.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { inRoot } from './lib/paths.mjs';
import { runNode } from './lib/run.mjs';
import { runMain } from './lib/step.mjs';

await runMain(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const bench = inRoot('packages/bench/dist/bench/main.js');
  const { code } = await runNode(bench, process.argv.slice(2), { show: true });
  process.exitCode = code;
});
