import { runChaos } from '../chaos.run.js';
import type { Violation } from '../checker/verdict.js';
import type { FaultName } from '../faults/fault.table.js';
import { type MutantName, type MutantPlan, mutants } from './mutant.table.js';

export interface MutantVerdict {
  name: MutantName;
  /** What gave it away, the shortest first; empty for a mutant that got through. */
  violations: Violation[];
  /** What the last run ended with when it could not be judged. */
  failure?: string;
  seconds: number;
}

/** Load in front of each mutant: enough that every kind of operation and one kill come by. */
const RUNS = {
  full: { seconds: 4, rate: 120, senders: 20, chats: 10 },
  /** As the tests run it. */
  short: { seconds: 2, rate: 120, senders: 6, chats: 3 },
};
/** A broken server need not come back. */
const RECOVERY_MAX_MS = 15_000;
/** Runs of one mutant at most, each with another seed: a kill has to come within the 100 ms that a mutant risks. */
const TRIES_MAX = 20;

/** Runs a short load against one broken server, until it is caught. */
export async function runMutant(
  name: MutantName,
  seed: number,
  size: keyof typeof RUNS = 'full',
): Promise<MutantVerdict> {
  const plan: MutantPlan = mutants[name];
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 100) / 10;
  for (let tries = 0; ; tries += 1) {
    try {
      const { violations } = await runChaos({
        ...RUNS[size],
        cycles: plan.cycles ?? 1,
        seed: seed + tries,
        faults: plan.faults as readonly FaultName[],
        recoveryMaxMs: RECOVERY_MAX_MS,
        order: { mutant: name, passwordCost: 4 },
        ...(plan.env !== undefined && { env: plan.env }),
      });
      const telling = violations.filter(({ promise }) => plan.breaks.includes(promise));
      if (telling.length > 0 || tries + 1 === TRIES_MAX)
        return { name, violations: telling, seconds: seconds() };
    } catch (error) {
      if (tries + 1 < TRIES_MAX) continue;
      return { name, violations: [], failure: (error as Error).message, seconds: seconds() };
    }
  }
}

/** Runs the load against every broken server in turn. */
export async function runMutants(
  seed: number,
  names: readonly MutantName[] = Object.keys(mutants) as MutantName[],
  onVerdict: (verdict: MutantVerdict) => void = () => undefined,
): Promise<MutantVerdict[]> {
  const verdicts: MutantVerdict[] = [];
  for (const name of names) {
    const verdict = await runMutant(name, seed);
    onVerdict(verdict);
    verdicts.push(verdict);
  }
  return verdicts;
}
