import { describe, expect, it } from 'vitest';
import { exitCodeOf, keepOthers, makeReport } from '../report/report.js';
import { createFigureBook } from './figure.book.js';
import { checkTargets } from './target.check.js';
import { targets } from './target.table.js';

type Book = ReturnType<typeof createFigureBook>;
const rate = (key: string) => ({ key, what: key, unit: 'messages/s' }) as const;

/** A run in which Parley and the relay had these rates. */
function bookOf(parley: number, relay: number): Book {
  const figures = createFigureBook();
  figures.add(rate('saturation.200'), 'parley', parley);
  figures.add(rate('saturation.200'), 'socket.io relay', relay);
  return figures;
}

const stateOf = (figures: Book, what: string) =>
  checkTargets(targets, figures).find((result) => result.what.includes(what))?.state;

function reportOf(figures: Book) {
  return makeReport({
    machine: { processor: 'x', processors: 2, memoryGB: 1, kernel: 'x', node: 'x' },
    sittings: [],
    figures,
    targets: checkTargets(targets, figures),
  });
}

const verdict = {
  sent: 9,
  lost: 0,
  doubled: 0,
  reordered: 0,
  unacked: 0,
  refused: 0,
  firstTrouble: undefined,
};

describe('the targets', () => {
  it('are missed, reached or better than aimed at by the ratio of the medians', () => {
    const what = 'full path, messages/s';
    expect(stateOf(bookOf(2_999, 10_000), what)).toBe('missed');
    expect(stateOf(bookOf(3_000, 10_000), what)).toBe('ok');
    expect(stateOf(bookOf(5_000, 10_000), what)).toBe('aim');
  });

  it('that ask for little are missed by too much', () => {
    const figures = createFigureBook();
    const row = { key: 'rest.memory', what: '', unit: 'MB' } as const;
    figures.add(row, 'parley', 131);
    expect(stateOf(figures, 'resident memory')).toBe('missed');
    figures.add(row, 'parley', 129, 129);
    expect(stateOf(figures, 'resident memory')).toBe('ok');
  });

  it('are not measured when one of the two figures is missing', () => {
    const figures = createFigureBook();
    figures.add(rate('saturation.200'), 'parley', 1);
    expect(checkTargets(targets, figures).map(({ state }) => state)).toEqual(
      targets.map(() => 'not measured'),
    );
  });

  it('are missed by a figure that is no number', () => {
    expect(stateOf(bookOf(0, 0), 'full path, messages/s')).toBe('missed');
  });

  it('end a run with 1 only when they are to be checked', () => {
    const report = reportOf(bookOf(1, 10_000));
    expect([exitCodeOf(report, true), exitCodeOf(report, false)]).toEqual([1, 0]);
    expect(exitCodeOf(reportOf(bookOf(5_000, 10_000)), true)).toBe(0);
  });
});

describe('a run', () => {
  it.each(['lost', 'doubled', 'reordered', 'unacked', 'refused'] as const)(
    'fails when a message of Parley was %s, whatever the figures are',
    (trouble) => {
      const figures = bookOf(9_000, 10_000);
      figures.addLoad('latency', 'parley', { ...verdict, [trouble]: 1 });
      expect(exitCodeOf(reportOf(figures), false)).toBe(1);
    },
  );

  it('does not fail for what its peers lose', () => {
    const figures = bookOf(9_000, 10_000);
    figures.addLoad('latency', 'tutorial server', { ...verdict, reordered: 3 });
    figures.addLoad('latency', 'parley', verdict);
    expect(exitCodeOf(reportOf(figures), false)).toBe(0);
  });
});

describe('measures that are added to a report', () => {
  const sitting = {
    startedAt: '',
    seconds: 1,
    size: 'quick',
    measures: ['throughput', 'latency'],
    windows: { measured: 1, dropped: 0 },
    warnings: [],
  } as const;

  it('replace what it has of them, and keep the others', () => {
    const first = createFigureBook();
    for (const measure of ['throughput', 'latency']) {
      first.begin(measure);
      first.add(rate(`of ${measure}`), 'parley', 1);
      first.addLoad(measure, 'parley', { ...verdict, lost: 1 });
    }
    const report = { ...reportOf(first), sittings: [sitting] };
    const kept = keepOthers(report, ['latency', 'growth']);
    expect(kept.sittings.map(({ measures }) => measures)).toEqual([['throughput']]);
    const second = createFigureBook(kept);
    expect(second.median('of throughput')).toBe(1);
    expect(second.median('of latency')).toBeUndefined();
    expect(reportOf(second).failures).toHaveLength(1);
  });
});
