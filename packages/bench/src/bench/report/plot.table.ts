import { medianOf } from '../statistics.js';
import { formatNumber } from './numbers.js';
import type { BenchReport } from './report.js';
import { type Bar, type Line, renderBars, renderLines } from './svg.js';

/** The plots of the report, each left out when nothing of it was measured. */
export function renderPlots(report: BenchReport): string[] {
  return [
    ...saturationPlots(report),
    processorPlot(report),
    linePlot(
      report,
      'Delivery latency by share of own saturation',
      'ms',
      /^delivery\.(\d+)\.(p50|p99)$/,
      '%',
    ),
    linePlot(report, 'Memory of an idle connection by their number', 'kB', /^connection\.memory\.(\d+)$/),
    linePlot(report, 'Processor time of a delivery by size of the room', 'µs', /^fanout\.(\d+)\.cpu$/),
    growthPlot(report),
  ].filter((plot) => plot !== '');
}

function saturationPlots({ rows }: BenchReport): string[] {
  return rows
    .filter(({ key }) => /^saturation\.\d+$/.test(key))
    .map(({ what, unit, summary }) => {
      const bars = summary.map(
        ({ system, median }): Bar => ({ label: system, parts: [{ name: unit, value: median }] }),
      );
      return renderBars(`Messages a second: ${what}`, bars);
    });
}

function processorPlot({ rows }: BenchReport): string {
  const parts = { server: 'server', engine: 'database engine', later: 'put off (index of words)' };
  const bars = new Map<string, Bar>();
  for (const [part, name] of Object.entries(parts)) {
    const row = rows.find(({ key }) => /^saturation\.\d+\.cpu\./.test(key) && key.endsWith(`.${part}`));
    for (const { system, median } of row?.summary ?? []) {
      const bar = bars.get(system) ?? { label: system, parts: [] };
      bars.set(system, { ...bar, parts: [...bar.parts, { name, value: median }] });
    }
  }
  return renderBars('Processor time a message at saturation, µs', [...bars.values()]);
}

/** A line for each system; the number in the key is where its point stands. */
function linePlot({ rows }: BenchReport, title: string, unit: string, pattern: RegExp, suffix = ''): string {
  const lines = new Map<string, Line>();
  const places = new Set<number>();
  for (const { key, summary } of rows) {
    const [, place] = pattern.exec(key) ?? [];
    if (place === undefined) continue;
    places.add(Number(place));
    for (const { system: name, median } of summary) {
      const line = lines.get(name) ?? { name, points: [] };
      lines.set(name, { name, points: [...line.points, { at: Number(place), value: median }] });
    }
  }
  const sorted = [...places].sort((a, b) => a - b);
  const labels = sorted.map((at) => ({ at, label: `${at.toLocaleString('en')}${suffix}` }));
  return renderLines(title, unit, labels, [...lines.values()]);
}

/** What each read takes, as a multiple of what it takes on the smallest database: flat lines are good. */
function growthPlot({ rows }: BenchReport): string {
  const reads = {
    history: 'history page',
    'history.deep': 'history, middle',
    chatlist: 'chat list',
    'sync.1': 'sync of 1',
    'sync.100': 'sync of 100',
    'search.p50': 'search p50',
    'search.p95': 'search p95',
  };
  const sizes = new Set<number>();
  const lines = Object.entries(reads).flatMap(([read, name]): Line[] => {
    const points = rows.flatMap(({ key, samples }) => {
      const size = key.startsWith(`${read}.`) ? key.slice(read.length + 1) : '';
      if (!/^\d+$/.test(size) || (read === 'sync.1' && key === 'sync.100')) return [];
      return [{ at: Number(size), value: medianOf(samples.parley ?? []) }];
    });
    for (const { at } of points) sizes.add(at);
    return points.length < 2 ? [] : [{ name: `${name} (${formatNumber(points[0]?.value ?? 0)} ms)`, points }];
  });
  const labels = [...sizes].sort((a, b) => a - b).map((at) => ({ at, label: at.toLocaleString('en') }));
  return renderLines('Reads by stored messages', 'ms', labels, lines);
}
