// npm start: install and build what is missing or stale, then be the server.
import './lib/require-node.mjs';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { inRoot } from './lib/paths.mjs';
import { ignoreRepeatedSignals } from './lib/signals.mjs';
import { runMain, StepError } from './lib/step.mjs';

const main = inRoot('packages/server/dist/main.js');

await runMain(async () => {
  await ensureInstalled();
  await ensureBuilt();
  if (!existsSync(main))
    throw new StepError('There is no server to start: packages/server/src/main.ts is missing.');
});

// In this very process: a signal reaches the server directly, and its exit code is ours.
ignoreRepeatedSignals();
process.argv[1] = main;
await import(pathToFileURL(main).href);
