import type { LoadVerdict } from '../load/pair.load.js';
import type { SystemName } from '../rig/system.js';
import { medianOf, spreadOf } from '../statistics.js';

export type Unit =
  | 'messages/s'
  | 'deliveries/s'
  | 'connections/s'
  | 'logins/s'
  | 'µs'
  | 'ms'
  | 's'
  | 'kB'
  | 'MB'
  | '%';

/** One row of the table: the same thing measured of one or more systems. */
export interface FigureRow {
  /** The measure that it belongs to. */
  measure: string;
  /** What targets and plots find it by, such as `saturation.200`. */
  key: string;
  /** For people. */
  what: string;
  unit: Unit;
  /** One number for each window or repetition, by system. */
  samples: Partial<Record<SystemName, number[]>>;
}

/** What became of every message of one load. */
export interface LoadRecord {
  measure: string;
  load: string;
  system: SystemName;
  verdict: LoadVerdict;
}

export type FigureBook = ReturnType<typeof createFigureBook>;

const EMPTY = { rows: [], loads: [] };

/** Everything that a run has measured, in the order in which it was measured, after what an earlier one has. */
export function createFigureBook(
  earlier: { rows: readonly FigureRow[]; loads: readonly LoadRecord[] } = EMPTY,
) {
  const rows = new Map(earlier.rows.map((row) => [row.key, row]));
  const loads = [...earlier.loads];
  let measure = '';
  const windows = { measured: 0, dropped: 0 };
  const warnings = new Set<string>();

  return {
    rows: () => [...rows.values()],
    loads: () => loads as readonly LoadRecord[],
    windows,
    warnings: () => [...warnings],

    /** What is added from now on belongs to this measure. */
    begin(name: string): void {
      measure = name;
    },

    /** Adds numbers to a row, which is made if there is none. */
    add(
      { key, what, unit }: Pick<FigureRow, 'key' | 'what' | 'unit'>,
      system: SystemName,
      ...samples: readonly number[]
    ): void {
      const row = rows.get(key) ?? { measure, key, what, unit, samples: {} };
      rows.set(key, row);
      row.samples[system] = [...(row.samples[system] ?? []), ...samples];
    },

    addLoad(load: string, system: SystemName, verdict: LoadVerdict): void {
      loads.push({ measure, load, system, verdict });
    },

    /** Something that a reader of the figures has to know. Told once. */
    warn(text: string): void {
      warnings.add(text);
    },

    /** Undefined when it was not measured. */
    median(key: string, system: SystemName = 'parley'): number | undefined {
      const samples = rows.get(key)?.samples[system];
      return samples === undefined || samples.length === 0 ? undefined : medianOf(samples);
    },
  };
}

/** A row as it is told: the median of each system, its spread, and Parley's against each peer's. */
export function summarizeRow({ samples }: FigureRow) {
  const systems = Object.entries(samples) as [SystemName, number[]][];
  const parley = samples.parley === undefined ? Number.NaN : medianOf(samples.parley);
  return systems.map(([system, values]) => ({
    system,
    median: medianOf(values),
    spread: spreadOf(values),
    count: values.length,
    ratio: parley / medianOf(values),
  }));
}

/** Whether every message of a load came to its end as promised. */
export const isClean = ({ lost, doubled, reordered, unacked, refused }: LoadVerdict) =>
  lost + doubled + reordered + unacked + refused === 0;

/** What is wrong with a load, in words; undefined when nothing is. */
export function describeVerdict(verdict: LoadVerdict): string | undefined {
  if (isClean(verdict)) return undefined;
  const { sent, lost, doubled, reordered, unacked, refused, firstTrouble } = verdict;
  const counts = Object.entries({ lost, doubled, reordered, unanswered: unacked, refused })
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
  return `of ${sent} messages ${counts.join(', ')}${firstTrouble === undefined ? '' : ` (${firstTrouble})`}`;
}
