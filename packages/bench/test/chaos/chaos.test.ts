import { expect, it } from 'vitest';
import { runChaos } from '../../src/chaos/chaos.run.js';
import { renderSummary, renderViolation } from '../../src/chaos/report/table.js';

/** A new one in each run of the tests, printed with the table. */
const seed = 1 + Math.floor(Math.random() * 1_000_000);

it('keeps every promise while processes, network and clock fail under load', async () => {
  const { summary, violations } = await runChaos({
    cycles: 4,
    seconds: 3,
    rate: 80,
    seed,
    senders: 12,
    chats: 6,
    faults: ['kill-both', 'stop-engine', 'lose-acks', 'clock-back'],
  });
  console.log(renderSummary(summary, seed));
  expect(violations.map(renderViolation).slice(0, 3)).toEqual([]);
  expect(summary.faults).toBe(4);
  expect(summary.messages).toBeGreaterThan(100);
}, 400_000);
