import type { SizeName } from '../bench.sizes.js';
import {
  describeVerdict,
  type FigureBook,
  type FigureRow,
  isClean,
  type LoadRecord,
  summarizeRow,
} from '../figures/figure.book.js';
import type { TargetResult } from '../figures/target.check.js';
import type { MeasureName } from '../measures/measure.table.js';
import type { Machine } from './machine.js';

/** A run, as `report.json` has it. */
export interface BenchReport {
  startedAt: string;
  seconds: number;
  size: SizeName;
  measures: readonly MeasureName[];
  machine: Machine;
  windows: { measured: number; dropped: number };
  warnings: readonly string[];
  rows: (FigureRow & { summary: ReturnType<typeof summarizeRow> })[];
  loads: readonly LoadRecord[];
  /** One sentence for each load of Parley in which a message was lost, doubled, reordered, refused or never answered. */
  failures: string[];
  targets: readonly TargetResult[];
}

interface ReportParts extends Pick<BenchReport, 'seconds' | 'size' | 'measures' | 'machine' | 'targets'> {
  startedAt: Date;
  figures: FigureBook;
}

/** Puts a run together. */
export function makeReport({ startedAt, figures, ...rest }: ReportParts): BenchReport {
  return {
    startedAt: startedAt.toISOString(),
    ...rest,
    windows: figures.windows,
    warnings: figures.warnings(),
    rows: figures.rows().map((row) => ({ ...row, summary: summarizeRow(row) })),
    loads: figures.loads(),
    failures: figures
      .loads()
      .filter(({ system, verdict }) => system === 'parley' && !isClean(verdict))
      .map(({ load, verdict }) => `${load}: ${describeVerdict(verdict)}`),
  };
}

/** Exit code of a run: 1 when a promise broke, and, where targets are checked, when one was missed. */
export function exitCodeOf({ failures, targets }: BenchReport, isCheck: boolean): number {
  const isMissed = targets.some(({ state }) => state === 'missed');
  return failures.length > 0 || (isCheck && isMissed) ? 1 : 0;
}
