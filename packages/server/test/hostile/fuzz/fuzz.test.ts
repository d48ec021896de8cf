import { expect, it } from 'vitest';
import { isFlat, runFuzz } from './fuzz.run.js';

it('meets nothing in a few seconds that it cannot answer', async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  const report = await runFuzz(seed, 5);
  expect([report.failures, report.serverErrors, report.unanswered]).toEqual([[], [], []]);
  expect(isFlat(report)).toBe(true);
  const { requests, events } = report.served;
  expect(Math.min(report.requests, report.events, report.frames, requests, events)).toBeGreaterThan(0);
}, 60_000);
