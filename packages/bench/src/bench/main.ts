// npm run bench: starts Parley and its peers, and measures them in the same run.
import { readFileSync } from 'node:fs';
import { HELP, readOptions } from './bench.options.js';
import { runBench } from './bench.run.js';

/** A machine on which anything else runs is told of at once: figures from it mislead. */
const LOAD_MAX = 0.7;

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) console.log(HELP);
  else {
    const [load = '0'] = readFileSync('/proc/loadavg', 'utf8').split(' ');
    if (Number(load) > LOAD_MAX)
      console.log(`Load ${load}: other work runs here; windows that it disturbs are dropped.`);
    process.exitCode = await runBench(options);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
