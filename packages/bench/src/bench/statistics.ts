/** The middle of the numbers; NaN for none. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(half)] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

/** With so many numbers or more, a tenth of them at either end is left out of the spread: single calls, not windows. */
const MANY = 10;

/** Half the distance between the smallest and the largest, as a share of the median. */
export function spreadOf(numbers: readonly number[]): number {
  if (numbers.length === 0) return Number.NaN;
  const sorted = [...numbers].sort((a, b) => a - b);
  const cut = numbers.length < MANY ? 0 : Math.floor(numbers.length / 10);
  const [low = Number.NaN, high = Number.NaN] = [sorted[cut], sorted[sorted.length - 1 - cut]];
  return (high - low) / 2 / medianOf(numbers);
}
