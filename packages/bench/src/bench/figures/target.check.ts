import type { FigureBook } from './figure.book.js';
import type { Target } from './target.table.js';

export type TargetState = 'aim' | 'ok' | 'missed' | 'not measured';

export interface TargetResult {
  what: string;
  value: number | undefined;
  atLeast: number;
  aim: number;
  unit: Target['unit'];
  better: Target['better'];
  state: TargetState;
}

/** Holds the figures of a run against the targets. A figure that is not a number misses its target. */
export function checkTargets(targets: readonly Target[], figures: FigureBook): TargetResult[] {
  return targets.map(({ read, ...target }) => {
    const value = read(figures);
    return { ...target, value, state: judge(target, value) };
  });
}

function judge(
  { better, atLeast, aim }: Pick<Target, 'better' | 'atLeast' | 'aim'>,
  value: number | undefined,
): TargetState {
  if (value === undefined) return 'not measured';
  const reaches = (bound: number) => (better === 'higher' ? value >= bound : value <= bound);
  if (reaches(aim)) return 'aim';
  return reaches(atLeast) ? 'ok' : 'missed';
}
