import { parseArgs } from 'node:util';
import { type FaultName, faultNames, faults } from './faults/fault.table.js';
import { type ScenarioName, scenarioNames } from './scenarios/scenario.table.js';

export const HELP = `npm run chaos -- [options]

  --cycles N      rounds, each with one fault (default 5)
  --seconds S     seconds of load in a round (default 6)
  --rate R        operations a second over 20 senders (default 100, at most 300: 20 a second and user are allowed)
  --seed X        the same seed makes the same choices (default: a new one, printed)
  --faults a,b    those to choose from (default: all that this machine can make; none for none)
  --history PATH  where the history goes, as JSON lines (default: a file in the temporary folder)
  --mutants       eight servers, each with one promise broken: all have to be caught
  --scenario S    one of ${scenarioNames.join(', ')}; --short for a small setting

Faults:
${Object.entries(faults)
  .map(([name, { what }]) => `  ${name.padEnd(15)} ${what}`)
  .join('\n')}

Ends with 1 when a promise was broken.`;

/** What the command line asked for. */
export interface CommandLine {
  cycles: number;
  seconds: number;
  rate: number;
  seed: number;
  faults: FaultName[];
  history: string | undefined;
  mutants: boolean;
  scenario: ScenarioName | undefined;
  short: boolean;
  help: boolean;
}

/** Reads the arguments. Throws an `Error` with one sentence for whoever wrote them. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cycles: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '6' },
      rate: { type: 'string', default: '100' },
      seed: { type: 'string', default: String(1 + Math.floor(Math.random() * 1_000_000)) },
      faults: { type: 'string', default: faultNames.join(',') },
      history: { type: 'string' },
      mutants: { type: 'boolean', default: false },
      scenario: { type: 'string' },
      short: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    cycles: readNumber('cycles', values.cycles, 1, 10_000),
    seconds: readNumber('seconds', values.seconds, 0.5, 3_600),
    rate: readNumber('rate', values.rate, 1, 300),
    seed: readNumber('seed', values.seed, 0, 2 ** 32 - 1),
    faults: readFaults(values.faults),
    history: values.history,
    mutants: values.mutants,
    scenario: readScenario(values.scenario),
    short: values.short,
    help: values.help,
  };
}

function readNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (!(value >= low && value <= high)) throw new Error(`--${name} takes a number from ${low} to ${high}`);
  return value;
}

function readScenario(text: string | undefined): ScenarioName | undefined {
  const known = scenarioNames.find((name) => name === text);
  if (text !== undefined && known === undefined)
    throw new Error(`There is no scenario "${text}"; there are: ${scenarioNames.join(', ')}`);
  return known;
}

function readFaults(text: string): FaultName[] {
  if (text === '' || text === 'none') return [];
  return text.split(',').map((name) => {
    const known = faultNames.find((fault) => fault === name.trim());
    if (known === undefined)
      throw new Error(`There is no fault "${name}"; there are: ${faultNames.join(', ')}`);
    return known;
  });
}
