// npm run fuzz [-- --seconds 60 --seed 1]: requests, events and frames made from the schemas and mutated.
import './lib/require-node.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { inRoot, sourceCondition } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { runMain } from './lib/step.mjs';

await runMain(async () => {
  await ensureInstalled();
  const main = inRoot('packages/server/test/hostile/fuzz/fuzz.main.ts');
  const args = [`--conditions=${sourceCondition}`, '--import', 'tsx', main, ...process.argv.slice(2)];
  const { code } = await run(process.execPath, args, { show: true });
  process.exitCode = code;
});
