/** The middle of the numbers; NaN for none. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(half)] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

/** Half the distance between the smallest and the largest, as a share of the median. */
export function spreadOf(numbers: readonly number[]): number {
  if (numbers.length === 0) return Number.NaN;
  return (Math.max(...numbers) - Math.min(...numbers)) / 2 / medianOf(numbers);
}
