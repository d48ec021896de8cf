import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchSizes, type SizeName } from './bench.sizes.js';
import { type MeasureName, measureNames } from './measures/measure.table.js';

export interface BenchOptions {
  size: SizeName;
  /** Compare with the targets, and end with 1 when one is missed. */
  isCheck: boolean;
  only: readonly MeasureName[];
  /** Absolute; undefined for no profiles. */
  profileFolder: string | undefined;
  /** What the report in `outFolder` has of other measures is kept. */
  isAdded: boolean;
  /** Without peers. */
  isAlone: boolean;
  /** Absolute: where the reports go. */
  outFolder: string;
}

export const HELP = `npm run bench [-- options]

  (none)               every measure at full size
  --quick              every measure, smaller: about 4 minutes
  --size=smallest      everything once, in seconds, to see that it works
  --only a,b           some of: ${measureNames.join(', ')}
  --add                with --only: keep what the last report has of the other measures
  --check              compare with the targets; ends with 1 when one is missed
  --out=folder         where report.json and report.html go (default: bench)
  --alone              Parley without its peers
  --cpu-prof[=folder]  write a .cpuprofile of each system's measured time (default: profiles)
  --help               this`;

/** Reads the command line; null when only help was asked for. Throws an error whose message is for people. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  // parseArgs knows no option whose value may be left out.
  const given = args.map((arg) => (arg === '--cpu-prof' ? '--cpu-prof=profiles' : arg));
  const { values } = parseArgs({
    args: given,
    options: {
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      only: { type: 'string' },
      add: { type: 'boolean', default: false },
      alone: { type: 'boolean', default: false },
      size: { type: 'string', default: 'full' },
      out: { type: 'string', default: 'bench' },
      'cpu-prof': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const only = values.only === undefined ? measureNames : values.only.split(',').map(toMeasureName);
  const folder = values['cpu-prof'] === undefined ? undefined : resolve(values['cpu-prof']);
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const size = values.quick ? 'quick' : values.size;
  if (!isSizeName(size))
    throw new Error(`There is no size ${size}; there are: ${Object.keys(benchSizes).join(', ')}`);
  return {
    size,
    isCheck: values.check,
    only,
    profileFolder: folder,
    isAdded: values.add,
    isAlone: values.alone,
    outFolder: resolve(values.out),
  };
}

const isSizeName = (name: string): name is SizeName => Object.hasOwn(benchSizes, name);

function toMeasureName(name: string): MeasureName {
  const found = measureNames.find((known) => known === name.trim());
  if (found === undefined)
    throw new Error(`There is no measure ${name}; there are: ${measureNames.join(', ')}`);
  return found;
}
