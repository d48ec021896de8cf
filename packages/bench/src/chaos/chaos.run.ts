import { findViolations } from './checker/checker.js';
import type { Violation } from './checker/verdict.js';
import { planFaults, runCycle } from './cycle.js';
import { type Fault, type FaultName, faults } from './faults/fault.table.js';
import { createHistory } from './history.js';
import type { ChildOrder } from './mutants/child.order.js';
import { createRandom } from './random.js';
import { type Summary, summarize } from './report/summary.js';
import { startRig } from './rig/rig.js';
import { PATIENT_MS } from './wire/answer.js';
import { createRestClient } from './wire/rest.client.js';
import { openChats } from './workload/chat.plan.js';
import { registerPeople } from './workload/people.js';
import { readBack } from './workload/read.back.js';
import { startWorkload, type Workload } from './workload/workload.js';

/** One run of the harness. */
export interface ChaosOptions {
  /** Rounds, each with one fault. */
  cycles: number;
  /** Seconds of load in a round. */
  seconds: number;
  /** Operations a second. */
  rate: number;
  seed: number;
  /** Those to choose from; each comes once before any comes again. */
  faults: readonly FaultName[];
  /** Default 20. */
  senders?: number;
  /** Default 10, the lobby among them. */
  chats?: number;
  /** Where the history goes, as JSON lines; nowhere by default. */
  historyPath?: string;
  /** Starts the server through the entry of this package. */
  order?: ChildOrder;
  env?: Record<string, string>;
  /** How long service may take to come back after a fault, in milliseconds; default 60,000. Then the run has failed. */
  recoveryMaxMs?: number;
  say?: (line: string) => void;
}

export interface ChaosResult {
  summary: Summary;
  violations: Violation[];
  /** Faults that this machine cannot make. */
  left: FaultName[];
}

/** Runs load and faults, reads everything back, and judges. Throws when service does not come back at all. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { cycles, seconds, rate, seed, senders = 20, chats: chatCount = 10 } = options;
  const { recoveryMaxMs = 60_000, say = () => undefined } = options;
  const random = createRandom(seed);
  const wants = (need: Fault['needs']) =>
    options.faults.some((name) => (faults[name] as Fault).needs === need);
  const rig = await startRig({
    random,
    wantsSmallDisk: wants('disk'),
    wantsClock: wants('clock'),
    ...(options.order !== undefined && { order: options.order }),
    ...(options.env !== undefined && { env: options.env }),
  });
  const history = createHistory(options.historyPath);
  const direct = createRestClient(rig.server.port, PATIENT_MS);
  let workload: Workload | undefined;
  try {
    const people = await registerPeople(direct, senders);
    const chats = await openChats(direct, people, chatCount);
    workload = startWorkload({
      port: rig.proxy.port,
      people,
      chats,
      history,
      random: random.fork('load'),
      rate,
    });
    const left = options.faults.filter(
      (name) => (faults[name] as Fault).needs === 'disk' && rig.disk === undefined,
    );
    const made = options.faults.filter((name) => !left.includes(name));
    const stage = { rig, history, random, lengthMs: seconds * 1_000, recoveryMaxMs };
    for (const [cycle, name] of planFaults(made, cycles, random.fork('faults')).entries()) {
      const recovery = await runCycle(stage, name);
      if (name !== undefined)
        say(`${String(cycle + 1).padStart(3)}  ${name.padEnd(14)} back after ${Math.round(recovery)} ms`);
    }
    await workload.settle();
    const { views, replicas } = await readBack(workload.rest, workload.actors, chats);
    await workload.close();
    const entries = await rig.readEntries();
    const violations = findViolations({ records: history.records, final: { views, replicas, entries } });
    return { summary: summarize(history.records, violations), violations, left };
  } finally {
    await workload?.close();
    direct.close();
    await history.close();
    await rig.close();
  }
}
