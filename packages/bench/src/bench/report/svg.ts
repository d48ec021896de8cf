import { formatNumber } from './numbers.js';

/** A bar of one or more parts, one after the other. */
export interface Bar {
  label: string;
  parts: readonly { name: string; value: number }[];
}

export interface Line {
  name: string;
  points: readonly { at: number; value: number }[];
}

const WIDTH = 640;
const LABEL_WIDTH = 130;
const BAR_HEIGHT = 22;
const GAP = 10;
const VALUE_WIDTH = 110;

/** Colours are classes, so that the page sets them for light and for dark; there are this many. */
const COLOURS = 8;

export const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Horizontal bars with their values; empty for none. */
export function renderBars(title: string, bars: readonly Bar[]): string {
  if (bars.length === 0) return '';
  const totals = bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / Math.max(...totals);
  const names = [...new Set(bars.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  const rows = bars.map(({ label, parts }, n) => {
    const y = n * (BAR_HEIGHT + GAP);
    let x = LABEL_WIDTH;
    const boxes = parts.map(({ name, value }) => {
      const box = `<rect class="c${names.indexOf(name) % COLOURS}" x="${x}" y="${y}" width="${Math.max(0, value * scale).toFixed(1)}" height="${BAR_HEIGHT}"><title>${escapeHtml(name)}: ${formatNumber(value)}</title></rect>`;
      x += Math.max(0, value * scale);
      return box;
    });
    const middle = y + BAR_HEIGHT * 0.7;
    return [
      `<text x="0" y="${middle}">${escapeHtml(label)}</text>`,
      ...boxes,
      `<text x="${(x + 6).toFixed(1)}" y="${middle}">${formatNumber(totals[n] as number)}</text>`,
    ].join('');
  });
  const height = bars.length * (BAR_HEIGHT + GAP);
  return renderFigure(title, `0 0 ${WIDTH} ${height}`, rows, names.length > 1 ? names : []);
}

const PLOT = { left: 56, right: 16, top: 8, bottom: 26, height: 240 };
const TICKS = 4;

/** Lines over places that stand at equal distances, whatever their numbers; the scale starts at zero. Empty for none. */
export function renderLines(
  title: string,
  unit: string,
  places: readonly { at: number; label: string }[],
  lines: readonly Line[],
): string {
  if (lines.length === 0 || places.length < 2) return '';
  const top = roundUp(Math.max(...lines.flatMap(({ points }) => points.map(({ value }) => value))));
  const inner = { width: WIDTH - PLOT.left - PLOT.right, height: PLOT.height - PLOT.top - PLOT.bottom };
  const xOf = (at: number) =>
    PLOT.left + (places.findIndex((place) => place.at === at) / (places.length - 1)) * inner.width;
  const yOf = (value: number) => PLOT.top + (1 - value / top) * inner.height;
  const grid = Array.from({ length: TICKS + 1 }, (_, n) => {
    const value = (top * n) / TICKS;
    const y = yOf(value).toFixed(1);
    return `<line class="grid" x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${y}" y2="${y}"/><text class="end" x="${PLOT.left - 6}" y="${Number(y) + 4}">${formatNumber(value)}</text>`;
  });
  const labels = places.map(({ at, label }, n) => {
    const anchor = n === 0 ? '' : n === places.length - 1 ? ' class="end"' : ' class="middle"';
    return `<text${anchor} x="${xOf(at).toFixed(1)}" y="${PLOT.height - 6}">${escapeHtml(label)}</text>`;
  });
  const drawn = lines.map(({ name, points }, n) => {
    const path = points
      .map(({ at, value }, i) => `${i === 0 ? 'M' : 'L'}${xOf(at).toFixed(1)} ${yOf(value).toFixed(1)}`)
      .join('');
    const dots = points.map(
      ({ at, value }) =>
        `<circle class="c${n % COLOURS}" cx="${xOf(at).toFixed(1)}" cy="${yOf(value).toFixed(1)}" r="4"><title>${escapeHtml(name)}: ${formatNumber(value)} ${escapeHtml(unit)}</title></circle>`,
    );
    return `<path class="s${n % COLOURS}" d="${path}"/>${dots.join('')}`;
  });
  const names = lines.map(({ name }) => name);
  return renderFigure(
    `${title}, ${unit}`,
    `0 0 ${WIDTH} ${PLOT.height}`,
    [...grid, ...labels, ...drawn],
    names,
  );
}

function renderFigure(
  title: string,
  viewBox: string,
  content: readonly string[],
  names: readonly string[],
): string {
  const legend = names
    .map((name, n) => `<li><i class="b${n % COLOURS}"></i>${escapeHtml(name)}</li>`)
    .join('');
  return [
    `<figure><figcaption>${escapeHtml(title)}</figcaption>`,
    `<svg viewBox="${viewBox}" role="img" aria-label="${escapeHtml(title)}">${content.join('')}</svg>`,
    legend === '' ? '' : `<ul class="legend">${legend}</ul>`,
    '</figure>',
  ].join('');
}

/** The next number of one digit and a half: 1, 1.5, 2, 3, 4, 5, 6, 8, 10 and their tens. */
function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((candidate) => value <= candidate * power);
  return (step ?? 10) * power;
}
