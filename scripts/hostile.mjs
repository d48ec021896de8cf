// npm run hostile [-- <part of a name>]: every attack on every transport, a line each, and the total.
import './lib/require-node.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { inRoot, sourceCondition } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { runMain } from './lib/step.mjs';

await runMain(async () => {
  await ensureInstalled();
  const main = inRoot('packages/server/test/hostile/hostile.main.ts');
  const args = [`--conditions=${sourceCondition}`, '--import', 'tsx', main, ...process.argv.slice(2)];
  const { code } = await run(process.execPath, args, { show: true });
  process.exitCode = code;
});
