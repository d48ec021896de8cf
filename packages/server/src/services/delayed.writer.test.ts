import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDelayedWriter } from './delayed.writer.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A writer of counted things, each of which takes the database a millisecond. */
function createCounted(fails = { next: false }) {
  let waiting = 0;
  const flushes: { size: number; at: number }[] = [];
  const errors: unknown[] = [];
  const start = performance.now();
  const writer = createDelayedWriter({
    delayMs: 200,
    rest: () => 9,
    batch: { least: 4, most: 10 },
    async flushSome(max) {
      if (fails.next) throw new Error('no answer');
      const size = Math.min(max, waiting);
      waiting -= size;
      flushes.push({ size, at: performance.now() - start });
      await new Promise((resolve) => setTimeout(resolve, size));
    },
    countWaiting: () => waiting,
    onError: (error) => errors.push(error),
  });
  const note = (count: number) => {
    waiting += count;
    writer.schedule();
  };
  return { writer, note, flushes, errors, fails };
}

describe('a delayed writer', () => {
  it('writes what comes in a moment together, a little at a time', async () => {
    const { note, flushes } = createCounted();
    note(1);
    note(2);
    await vi.advanceTimersByTimeAsync(199);
    expect(flushes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(flushes).toEqual([{ size: 3, at: 200 }]);
  });

  it('rests nine times as long as it wrote, until what waited at the start of the round is written', async () => {
    const { note, flushes } = createCounted();
    note(10);
    await vi.advanceTimersByTimeAsync(230);
    note(5);
    await vi.advanceTimersByTimeAsync(400);
    expect(flushes).toEqual([
      { size: 4, at: 200 },
      { size: 4, at: 240 },
      { size: 4, at: 280 },
      // The last three came after the round had begun, and wait for the next one.
      { size: 3, at: 484 },
    ]);
  });

  it('writes more at once where a round would take more than a second', async () => {
    const { note, flushes } = createCounted();
    note(4);
    await vi.advanceTimersByTimeAsync(300);
    // At 40 ms for a flush and its rest, flushes of four would take two seconds.
    note(200);
    await vi.advanceTimersByTimeAsync(200);
    expect(flushes.at(-1)?.size).toBe(8);
    note(10_000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(flushes.at(-1)?.size).toBe(10);
  });

  it('tries again after the delay when the database gives no answer', async () => {
    const { note, flushes, errors, fails } = createCounted({ next: true });
    note(1);
    await vi.advanceTimersByTimeAsync(999);
    expect(errors.length).toBe(4);
    fails.next = false;
    await vi.advanceTimersByTimeAsync(1);
    expect(flushes).toEqual([{ size: 1, at: 1_000 }]);
  });

  it('writes everything when it is closed', async () => {
    const { writer, note, flushes } = createCounted();
    note(25);
    const closed = writer.close();
    await vi.advanceTimersByTimeAsync(100);
    await closed;
    expect(flushes.reduce((sum, { size }) => sum + size, 0)).toBe(25);
  });
});
