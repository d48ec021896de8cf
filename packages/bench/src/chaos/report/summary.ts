import { type PromiseName, promises, recordsOf, type Violation } from '../checker/verdict.js';
import type { HistoryRecord } from '../history.js';

/** The numbers of a run. */
export interface Summary {
  operations: number;
  ok: number;
  fail: number;
  /** Attempts whose outcome stayed open at that moment; a retry may have settled it. */
  unknown: number;
  /** Messages acknowledged, each once. */
  messages: number;
  /** Events that observers saw. */
  seen: number;
  faults: number;
  broken: Record<PromiseName, number>;
  /** Milliseconds from the end of a fault to the first acknowledged send begun after it. */
  recoveryMs: { p50: number; p99: number; max: number };
  byFault: Map<string, { times: number; worstMs: number }>;
}

/** The value below which a share of the numbers lies; 0 for none. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Counts a history. */
export function summarize(records: readonly HistoryRecord[], violations: readonly Violation[]): Summary {
  const attempts = recordsOf(records, 'send', 'edit', 'delete', 'hide', 'read', 'page', 'list', 'sync');
  const count = (outcome: string) => attempts.filter((record) => record.outcome === outcome).length;
  const acked = recordsOf(records, 'send').filter(({ outcome }) => outcome === 'ok');
  const recoveries: number[] = [];
  const byFault = new Map<string, { times: number; worstMs: number }>();
  let begun = 0;
  let over = 0;
  for (const { name, phase, start } of recordsOf(records, 'fault')) {
    if (phase === 'begin') begun = start;
    if (phase === 'end') over = start;
    if (phase !== 'recovered') continue;
    const took = start - (name.startsWith('kill') ? begun : over);
    recoveries.push(took);
    const held = byFault.get(name) ?? { times: 0, worstMs: 0 };
    byFault.set(name, { times: held.times + 1, worstMs: Math.max(held.worstMs, took) });
  }
  const broken = Object.fromEntries(
    Object.keys(promises).map((name) => [name, violations.filter(({ promise }) => promise === name).length]),
  ) as Record<PromiseName, number>;
  return {
    operations: attempts.length,
    ok: count('ok'),
    fail: count('fail'),
    unknown: count('unknown'),
    messages: new Set(acked.map(({ id }) => id)).size,
    seen: recordsOf(records, 'seen').length,
    faults: recoveries.length,
    broken,
    recoveryMs: {
      p50: percentile(recoveries, 0.5),
      p99: percentile(recoveries, 0.99),
      max: Math.max(0, ...recoveries),
    },
    byFault,
  };
}
