import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HELP, readCommandLine } from './chaos.options.js';
import { runChaos } from './chaos.run.js';
import { runMutants } from './mutants/mutants.run.js';
import { renderSummary, renderTable, renderViolation } from './report/table.js';
import { type ScenarioName, scenarios } from './scenarios/scenario.table.js';

const say = (line: string) => void process.stdout.write(`${line}\n`);
/** Violations shown after the first; a broken promise breaks many. */
const SHOWN_MAX = 5;

async function main(): Promise<number> {
  const options = readCommandLine(process.argv.slice(2));
  if (options.help) {
    say(HELP);
    return 0;
  }
  const { cycles, seconds, rate, seed, faults } = options;
  if (options.mutants) return showMutants(seed);
  if (options.scenario !== undefined) return showScenario(options.scenario, options.short, seed);
  const historyPath = options.history ?? join(tmpdir(), `parley-chaos-${seed}.jsonl`);
  say(`${cycles} cycles of ${seconds} s at ${rate} operations/s, seed ${seed}`);
  const { summary, violations, left } = await runChaos({
    cycles,
    seconds,
    rate,
    seed,
    faults,
    historyPath,
    say,
  });
  say(`\n${renderSummary(summary, seed)}`);
  if (left.length > 0) say(`\nNot made here (it takes root on Linux): ${left.join(', ')}`);
  say(`\nHistory: ${historyPath}`);
  for (const violation of violations.slice(0, SHOWN_MAX)) say(`\n${renderViolation(violation)}`);
  if (violations.length > SHOWN_MAX) say(`\nand ${violations.length - SHOWN_MAX} more`);
  return violations.length === 0 ? 0 : 1;
}

async function showScenario(name: ScenarioName, isShort: boolean, seed: number): Promise<number> {
  say(`Scenario ${name}${isShort ? ', short' : ''}, seed ${seed}`);
  const { rows, failures } = await scenarios[name](isShort ? 'short' : 'full', seed);
  say(`\n${renderTable(rows, [name, `seed ${seed}`])}`);
  for (const failure of failures) say(`\nbroken: ${failure}`);
  return failures.length === 0 ? 0 : 1;
}

async function showMutants(seed: number): Promise<number> {
  say(`Eight broken servers, seed ${seed}`);
  const verdicts = await runMutants(seed, undefined, ({ name, violations: [first], failure, seconds }) => {
    const caught = first !== undefined ? `caught (${first.promise})` : (failure ?? 'NOT CAUGHT');
    say(`\n${name.padEnd(26)} ${caught}, ${seconds} s`);
    if (first !== undefined) say(renderViolation(first));
  });
  const caught = verdicts.filter(({ violations }) => violations.length > 0).length;
  say(`\n${caught} of ${verdicts.length} caught`);
  return caught === verdicts.length ? 0 : 1;
}

// What runs for the harness ends with it: an exit that is not told of would leave servers and a mounted disk.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
