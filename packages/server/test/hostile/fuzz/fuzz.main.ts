/** `npm run fuzz -- --seconds 60 --seed 1`: fuzzes a server of its own, and prints what it came to. */
import { readCommandLine } from '../support/command.line.js';
import { isFlat, runFuzz } from './fuzz.run.js';

const HELP = `npm run fuzz [-- options]

  --seconds S  how long (default 60)
  --seed X     the same seed makes the same choices (default: a new one, printed)

Starts a server and sends it requests, events and frames that were made from the schemas and mutated. Ends with 1 on a
crash, a 5xx, an unhandled rejection, an error in the log, a missing answer, or memory that grows.`;
const { values } = readCommandLine(HELP, { seconds: { type: 'string' }, seed: { type: 'string' } }, false);
const seconds = Number(values.seconds ?? 60);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  console.error('Say --seconds with a number of seconds and --seed with a whole number.');
  process.exit(1);
}

console.log(`seed ${seed}, ${seconds} s`);
const report = await runFuzz(seed, seconds);
const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`;
const { before, after, failures } = report;
const crashes = failures.filter((text) => /uncaught exception|ended with/.test(text));
const rejections = failures.filter((text) => text.startsWith('unhandled rejection'));
const logged = failures.length - crashes.length - rejections.length;

console.log(`  requests              ${report.requests}, ${report.served.requests} of them served`);
console.log(`  events                ${report.events}, ${report.served.events} of them served`);
console.log(`  frames                ${report.frames}`);
console.log(
  `  slowest answer        ${Math.round(report.slowestMs)} ms (${JSON.stringify(report.slowestWhat)})`,
);
console.log(
  `  memory held           ${megabytes(before.heldBytes)} before, ${megabytes(after.heldBytes)} after`,
);
console.log(
  `  memory resident       ${megabytes(before.residentBytes)} before, ${megabytes(after.residentBytes)} after`,
);
console.log(`  crashes               ${crashes.length}`);
console.log(`  5xx                   ${report.serverErrors.length}`);
console.log(`  unhandled rejections  ${rejections.length}`);
console.log(`  errors in the log     ${logged}`);
console.log(`  without an answer     ${report.unanswered.length}`);
const found = [...failures, ...report.serverErrors, ...report.unanswered];
for (const one of found.slice(0, 20)) console.log(`\n${one}`);
if (!isFlat(report)) console.log('\nThe memory grew.');
process.exitCode = found.length > 0 || !isFlat(report) ? 1 : 0;
