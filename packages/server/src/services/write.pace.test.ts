import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPaceMeter } from './write.pace.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tells whether anything came in the last second', () => {
  const pace = createPaceMeter();
  expect(pace.current()).toBe('none');
  pace.note();
  vi.advanceTimersByTime(900);
  pace.note();
  vi.advanceTimersByTime(900);
  expect(pace.current()).toBe('some');
  vi.advanceTimersByTime(100);
  expect(pace.current()).toBe('none');
});

it('calls more than 2,000 in a second a flood, until a second had fewer', () => {
  const pace = createPaceMeter();
  const write = (count: number) => {
    for (let noted = 0; noted < count; noted += 1) pace.note();
  };
  write(2_000);
  expect(pace.current()).toBe('some');
  write(1);
  expect(pace.current()).toBe('flood');
  vi.advanceTimersByTime(999);
  write(1);
  vi.advanceTimersByTime(100);
  // A new second has begun; the one before it still counts.
  write(1);
  expect(pace.current()).toBe('flood');
  vi.advanceTimersByTime(999);
  write(1);
  vi.advanceTimersByTime(1);
  write(1);
  expect(pace.current()).toBe('some');
});

it('forgets a flood after which nothing came', () => {
  const pace = createPaceMeter();
  for (let noted = 0; noted < 3_000; noted += 1) pace.note();
  vi.advanceTimersByTime(2_000);
  pace.note();
  expect(pace.current()).toBe('some');
});
