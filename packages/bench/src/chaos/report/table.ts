import type { Violation } from '../checker/verdict.js';
import type { HistoryRecord } from '../history.js';
import type { Summary } from './summary.js';

/** Records shown of a broken promise, and characters of each. */
const EXCERPT_MAX = 8;
const LINE_MAX = 400;

/** Rows of two columns, laid out for a terminal and for Markdown alike. */
export function renderTable(
  rows: readonly (readonly [string, string | number])[],
  head: readonly [string, string],
): string {
  const cells = [head, ...rows].map((row) => row.map(String) as [string, string]);
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => (row[column] as string).length)));
  const line = ([name, value]: [string, string]) =>
    `| ${name.padEnd(widths[0] as number)} | ${value.padStart(widths[1] as number)} |`;
  const rule = `|${'-'.repeat((widths[0] as number) + 2)}|${'-'.repeat((widths[1] as number) + 1)}:|`;
  return [line(cells[0] as [string, string]), rule, ...cells.slice(1).map(line)].join('\n');
}

const inMs = (milliseconds: number) => `${Math.round(milliseconds)} ms`;

/** The table of a run. */
export function renderSummary(summary: Summary, seed: number): string {
  const { broken, recoveryMs } = summary;
  const numbers = renderTable(
    [
      ['operations', summary.operations],
      ['ok', summary.ok],
      ['refused', summary.fail],
      ['unknown', summary.unknown],
      ['messages acknowledged', summary.messages],
      ['live events seen', summary.seen],
      ['faults', summary.faults],
      ...(Object.entries(broken) as [string, number][]),
      ['recovery p50', inMs(recoveryMs.p50)],
      ['recovery p99', inMs(recoveryMs.p99)],
    ],
    [`seed ${seed}`, 'count'],
  );
  const perFault = [...summary.byFault].map(
    ([name, { times, worstMs }]) => [`${name} (${times})`, inMs(worstMs)] as const,
  );
  return perFault.length === 0
    ? numbers
    : `${numbers}\n\n${renderTable(perFault, ['fault (times)', 'slowest recovery'])}`;
}

/** A broken promise with the records that show it. */
export function renderViolation({ promise, what, records }: Violation): string {
  const shown = records
    .slice(0, EXCERPT_MAX)
    .map((record: HistoryRecord) => `    ${JSON.stringify(record).slice(0, LINE_MAX)}`);
  const rest = records.length > EXCERPT_MAX ? [`    and ${records.length - EXCERPT_MAX} more`] : [];
  return [`${promise}: ${what}`, ...shown, ...rest].join('\n');
}
