import { checkAnswers, checkEffects } from './effects.check.js';
import { checkFreshness } from './freshness.check.js';
import { checkLog } from './log.check.js';
import { checkOrder } from './order.check.js';
import { checkReceipts } from './receipts.check.js';
import { checkResume } from './resume.check.js';
import { checkShown } from './shown.check.js';
import type { Evidence, Violation } from './verdict.js';

/** Everything that a history and the final reading show to be broken, the one with the shortest excerpt first. */
export function findViolations(evidence: Evidence): Violation[] {
  const checks = [
    checkEffects,
    checkAnswers,
    checkLog,
    checkShown,
    checkOrder,
    checkFreshness,
    checkReceipts,
    checkResume,
  ];
  return checks.flatMap((check) => check(evidence)).sort((a, b) => weigh(a) - weigh(b));
}

/** A finding without a record explains itself the least. */
function weigh({ records }: Violation): number {
  return records.length === 0 ? 1_000 : records.length;
}
