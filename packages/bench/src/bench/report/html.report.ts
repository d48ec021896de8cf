import { figureTable, targetTable } from './console.report.js';
import { renderPlots } from './plot.table.js';
import { type BenchReport, describeSitting } from './report.js';
import { escapeHtml } from './svg.js';

/** Eight colours that people with the common kinds of colour blindness tell apart, for a light and a dark page. */
const LIGHT = ['#1f6fb4', '#c8541b', '#2b8a5f', '#8a4fb0', '#a17400', '#b3325f', '#4d5d6b', '#0f8291'];
const DARK = ['#6cb2f0', '#f59a5f', '#6fd1a2', '#c79bea', '#e0bb4a', '#f08bb0', '#a9b8c6', '#5fd0de'];

const colours = (list: readonly string[]) => list.map((colour, n) => `--c${n}: ${colour};`).join(' ');
const classes = LIGHT.map(
  (_, n) =>
    `.c${n} { fill: var(--c${n}) } .s${n} { stroke: var(--c${n}); fill: none; stroke-width: 2 } .b${n} { background: var(--c${n}) }`,
).join('\n');

const STYLE = `
:root { color-scheme: light dark; --page: #fff; --text: #1d2329; --soft: #5c6670; --line: #d8dee4; --bad: #a4201c; --good: #1c6b3c; ${colours(LIGHT)} }
@media (prefers-color-scheme: dark) {
  :root { --page: #14181c; --text: #e6eaee; --soft: #9aa6b2; --line: #333b44; --bad: #ff8a84; --good: #7fd3a0; ${colours(DARK)} }
}
body { background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.5rem } p { color: var(--soft); max-width: 46rem }
.plots { margin-top: 2.5rem; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 2rem }
figure { margin: 0 } figcaption { font-weight: 600; margin-bottom: .5rem }
svg { width: 100%; height: auto; font-size: 12px } svg text { fill: var(--text) } svg .end { text-anchor: end } svg .middle { text-anchor: middle }
.grid { stroke: var(--line) }
${classes}
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; margin: .5rem 0 0; font-size: 13px }
.legend i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px }
.scroll { overflow-x: auto } table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .7rem; text-align: right; white-space: nowrap } th:first-child, td:first-child { text-align: left }
.bad { color: var(--bad); font-weight: 600 } .good { color: var(--good) }`;

/** The report as one page that needs nothing else. */
export function renderHtml(report: BenchReport): string {
  const { machine, sittings, failures } = report;
  const warnings = sittings.flatMap((sitting) => sitting.warnings);
  const facts = [
    `${machine.processors} × ${machine.processor}, ${machine.memoryGB} GB, Linux ${machine.kernel}, Node ${machine.node}`,
    ...sittings.map(describeSitting),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parley bench</title><style>${STYLE}</style></head><body>
<h1>Parley bench</h1>
<p>${facts.map(escapeHtml).join('<br>')}</p>
<p>The system under test and its database engine have one processor, the load generator another. Medians of the windows of one run; ± is half the distance between the least and the most of them. What each figure means and what limits it: docs/performance.md.</p>
${list('Failed', failures, 'bad')}
${list('Notes', warnings, '')}
<h2>Targets</h2>${renderTable(targetTable(report.targets))}
<div class="plots">${renderPlots(report).join('\n')}</div>
<h2>Figures</h2>${renderTable(figureTable(report))}
</body></html>
`;
}

function list(title: string, texts: readonly string[], className: string): string {
  if (texts.length === 0) return '';
  const items = texts.map((text) => `<li class="${className}">${escapeHtml(text)}</li>`).join('');
  return `<h2>${title}</h2><ul>${items}</ul>`;
}

function renderTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: string) =>
    row.map((text) => `<${tag}${classOf(text)}>${escapeHtml(text)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n');
  return `<div class="scroll"><table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>${body}</tbody></table></div>`;
}

const classOf = (text: string) =>
  text === 'MISSED' ? ' class="bad"' : text === 'aim reached' ? ' class="good"' : '';
