import { describe, expect, it } from 'vitest';
import { medianOf, spreadOf } from './statistics.js';

describe('the median', () => {
  it('is the middle of an odd number, and between the middle two of an even one', () => {
    expect(medianOf([9, 1, 5])).toBe(5);
    expect(medianOf([10, 1, 3, 5])).toBe(4);
  });

  it('sorts by value, not by text', () => expect(medianOf([100, 20, 3])).toBe(20));

  it('of nothing is no number', () => expect(medianOf([])).toBeNaN());
});

describe('the spread', () => {
  it('is half the distance of the extremes, as a share of the median', () => {
    expect(spreadOf([90, 100, 120])).toBeCloseTo(0.15);
    expect(spreadOf([7])).toBe(0);
  });

  it('of many numbers leaves out a tenth at either end', () => {
    expect(spreadOf([1_000, 9, 10, 10, 10, 10, 10, 10, 11, 0])).toBeCloseTo(0.1);
  });
});
