import { effect, signal } from '@preact/signals-core';
import { describe, expect, it } from 'vitest';
import { createSignal, type SignalFactory, waitFor } from './observable.js';

describe.each<[string, SignalFactory]>([
  ['an observable of our own', createSignal],
  ['a signal of Preact in its place', signal],
])('%s', (_name, make) => {
  it('tells its value at once and after each change, and nothing after the end', () => {
    const value = make(1);
    const told: number[] = [];
    const end = value.subscribe((next) => told.push(next));
    value.value = 2;
    value.value = 2;
    end();
    value.value = 3;
    expect(told).toEqual([1, 2]);
    expect([value.value, value.peek()]).toEqual([3, 3]);
  });

  it('can be waited for, now or later', async () => {
    const value = make('a');
    expect(await waitFor(value, (next) => next === 'a')).toBe('a');
    const later = waitFor(value, (next) => next === 'c');
    value.value = 'b';
    value.value = 'c';
    expect(await later).toBe('c');
  });
});

it('is followed by effects where a signal takes its place', () => {
  const factory: SignalFactory = signal;
  const value = factory(1);
  const seen: number[] = [];
  effect(() => {
    seen.push(value.value);
  });
  value.value = 2;
  expect(seen).toEqual([1, 2]);
});
