import { describeVerdict } from '../figures/figure.book.js';
import type { TargetResult } from '../figures/target.check.js';
import type { SystemName } from '../rig/system.js';
import { formatNumber, formatPercent } from './numbers.js';
import { type BenchReport, describeSitting } from './report.js';

const peers: readonly SystemName[] = ['socket.io relay', 'ws relay', 'tutorial server'];

/** The tables of a run, for a terminal and for Markdown alike. */
export function renderConsole(report: BenchReport): string {
  const { sittings, failures } = report;
  const lines = [
    '',
    ...renderTable(figureTable(report)),
    '',
    ...renderTable(targetTable(report.targets)),
    '',
    ...sittings.map(describeSitting),
    ...peerTroubles(report).map((text) => `Peer: ${text}`),
    ...sittings.flatMap(({ warnings }) => warnings.map((text) => `Note: ${text}`)),
    ...(failures.length === 0
      ? [`Nothing was lost, doubled, reordered or refused by Parley in ${countSent(report)} messages.`]
      : failures.map((text) => `FAILED: ${text}`)),
  ];
  return lines.join('\n');
}

const countSent = ({ loads }: BenchReport) =>
  loads
    .filter(({ system }) => system === 'parley')
    .reduce((sum, { verdict }) => sum + verdict.sent, 0)
    .toLocaleString('en');

function peerTroubles({ loads }: BenchReport): string[] {
  return loads.flatMap(({ load, system, verdict }) => {
    const trouble = system === 'parley' ? undefined : describeVerdict(verdict);
    return trouble === undefined ? [] : [`${system}, ${load}: ${trouble}`];
  });
}

/** One row for each figure: Parley's median and spread, then each peer's with Parley's as a multiple of it. */
export function figureTable({ rows }: BenchReport): string[][] {
  const present = peers.filter((peer) => rows.some(({ samples }) => samples[peer] !== undefined));
  const head = ['figure', 'parley', '±', ...present.flatMap((peer) => [peer, 'ratio'])];
  const body = rows.map(({ what, unit, summary }) => {
    const of = (name: SystemName) => summary.find(({ system }) => system === name);
    const parley = of('parley');
    return [
      what,
      parley === undefined ? '' : `${formatNumber(parley.median)} ${unit}`,
      parley === undefined || parley.count < 2 ? '' : formatPercent(parley.spread),
      ...present.flatMap((peer) => {
        const found = of(peer);
        return found === undefined ? ['', ''] : [`${formatNumber(found.median)}`, formatNumber(found.ratio)];
      }),
    ];
  });
  return [head, ...body];
}

const states = { aim: 'aim reached', ok: 'ok', missed: 'MISSED', 'not measured': 'not measured' };

export function targetTable(targets: readonly TargetResult[]): string[][] {
  return [
    ['target', 'measured', 'at least', 'aim', ''],
    ...targets.map(({ what, value, unit, better, atLeast, aim, state }) => {
      const sign = better === 'higher' ? '≥' : '≤';
      return [
        what,
        value === undefined ? '' : `${formatNumber(value)}${unit}`,
        `${sign} ${atLeast}${unit}`,
        `${sign} ${aim}${unit}`,
        states[state],
      ];
    }),
  ];
}

/** Lines of a Markdown table; all columns but the first are right-aligned. */
function renderTable(cells: readonly (readonly string[])[]): string[] {
  const [head = []] = cells;
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => (row[column] ?? '').length)));
  const pad = (text: string, width: number, column: number) =>
    column === 0 ? text.padEnd(width) : text.padStart(width);
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => pad(row[column] ?? '', width, column)).join(' | ')} |`;
  const rule = widths.map((width, column) => `${'-'.repeat(width + 1)}${column === 0 ? '-' : ':'}`).join('|');
  return [line(head), `|${rule}|`, ...cells.slice(1).map(line)];
}
