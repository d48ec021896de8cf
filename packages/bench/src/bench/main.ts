// npm run bench: starts Parley and its peers, and measures them in the same run.
import { HELP, readOptions } from './bench.options.js';
import { runBench } from './bench.run.js';
import { exitCodeOf } from './report/report.js';

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) console.log(HELP);
  else process.exitCode = exitCodeOf(await runBench(options), options.isCheck);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
