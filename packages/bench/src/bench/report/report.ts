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

/** What was measured in one go, and compared with its peers in it. */
export interface Sitting {
  startedAt: string;
  seconds: number;
  size: SizeName;
  measures: readonly MeasureName[];
  windows: { measured: number; dropped: number };
  warnings: readonly string[];
}

/** A run, as `report.json` has it. */
export interface BenchReport {
  machine: Machine;
  /** One, unless measures were added to an earlier run. */
  sittings: readonly Sitting[];
  rows: (FigureRow & { summary: ReturnType<typeof summarizeRow> })[];
  loads: readonly LoadRecord[];
  /** One sentence for each load of Parley in which a message was lost, doubled, reordered, refused or never answered. */
  failures: string[];
  targets: readonly TargetResult[];
}

interface ReportParts extends Pick<BenchReport, 'machine' | 'sittings' | 'targets'> {
  figures: FigureBook;
}

/** Puts a run together. */
export function makeReport({ figures, ...rest }: ReportParts): BenchReport {
  return {
    ...rest,
    rows: figures.rows().map((row) => ({ ...row, summary: summarizeRow(row) })),
    loads: figures.loads(),
    failures: figures
      .loads()
      .filter(({ system, verdict }) => system === 'parley' && !isClean(verdict))
      .map(({ load, verdict }) => `${load}: ${describeVerdict(verdict)}`),
  };
}

/** What of an earlier report stays when these measures are made anew. */
export function keepOthers(report: BenchReport, measures: readonly MeasureName[]) {
  const isOther = ({ measure }: { measure: string }) => !measures.some((name) => name === measure);
  return {
    rows: report.rows.filter(isOther).map(({ summary: _, ...row }) => row),
    loads: report.loads.filter(isOther),
    sittings: report.sittings
      .map((sitting) => ({
        ...sitting,
        measures: sitting.measures.filter((measure) => isOther({ measure })),
      }))
      .filter((sitting) => sitting.measures.length > 0),
  };
}

/** A sitting in one line. */
export function describeSitting({ startedAt, seconds, size, measures, windows }: Sitting): string {
  const when = startedAt.slice(0, 16).replace('T', ' ');
  return `${measures.join(', ')}: ${when} UTC, ${size} size, ${Math.round(seconds)} s, ${windows.measured} windows, of which ${windows.dropped} dropped as other work disturbed them`;
}

/** Exit code of a run: 1 when a promise broke, and, where targets are checked, when one was missed. */
export function exitCodeOf({ failures, targets }: BenchReport, isCheck: boolean): number {
  const isMissed = targets.some(({ state }) => state === 'missed');
  return failures.length > 0 || (isCheck && isMissed) ? 1 : 0;
}
