/** `npm run hostile`: every case on every transport that it applies to, a line each, and the total. */
import { hostileCases } from './hostile.cases.js';
import { createHostileRunner, type Verdict } from './hostile.runner.js';
import { readCommandLine } from './support/command.line.js';

const HELP = `npm run hostile [-- <part of a name>]

Starts a server and attacks it on every transport; each attack must leave the neighbours served. A line for each, and the
total. With a part of a name, only the attacks whose group or name has it. Ends with 1 when one gets through.`;
const [filter = ''] = readCommandLine(HELP, {}, true).positionals;
/** The figure for a neighbour's next message. */
const HELLO_WITHIN_MS = 250;

const chosen = hostileCases.filter(({ group, name }) => `${group} ${name}`.includes(filter));
if (chosen.length === 0) {
  console.error(`No attack has "${filter}" in its group or name.`);
  process.exit(1);
}
const runner = createHostileRunner({ isThorough: true, helloWithinMs: HELLO_WITHIN_MS });
const verdicts: Verdict[] = [];
let isHeld = false;

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`;

function show({ outcome, name, transport, tookMs, helloMs, reason, notes }: Verdict): void {
  const times =
    outcome === 'skipped' ? '' : ` (${Math.round(tookMs)} ms, next ack ${Math.round(helloMs)} ms)`;
  console.log(`  ${outcome.padEnd(7)} ${transport.padEnd(13)} ${name}${times}`);
  for (const note of notes) console.log(`          ${note}`);
  if (reason !== undefined) console.log(`          ${reason}`);
}

async function runGroup(group: string): Promise<void> {
  const cases = chosen.filter((one) => one.group === group);
  console.log(`\n${group}`);
  await runner.warm(cases);
  const before = await runner.weigh();
  for (const one of cases) {
    for (const transport of one.on) {
      const verdict = await runner.run(one, transport);
      verdicts.push(verdict);
      show(verdict);
    }
  }
  try {
    console.log(`  memory  ${megabytes(await runner.settle(before))} more than before`);
  } catch (error) {
    isHeld = true;
    console.log(`  failed  memory: ${(error as Error).message}`);
  }
}

const startedAt = performance.now();
try {
  for (const group of new Set(chosen.map((one) => one.group))) await runGroup(group);
} finally {
  await runner.close();
}

const count = (outcome: Verdict['outcome']) =>
  verdicts.filter((verdict) => verdict.outcome === outcome).length;
const slowest = Math.max(0, ...verdicts.map(({ helloMs }) => helloMs));
const seconds = Math.round((performance.now() - startedAt) / 1_000);
console.log(
  `\n${chosen.length} cases, ${verdicts.length} with their transports: ${count('ok')} ok, ${count('failed')} failed, ` +
    `${count('skipped')} skipped; slowest next ack ${Math.round(slowest)} ms; ${seconds} s`,
);
process.exitCode = count('failed') > 0 || isHeld || verdicts.length === 0 ? 1 : 0;
