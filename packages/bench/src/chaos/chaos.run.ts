import { findViolations } from './checker/checker.js';
import type { Violation } from './checker/verdict.js';
import { type Fault, type FaultName, faults } from './faults/fault.table.js';
import { createHistory, type History } from './history.js';
import type { ChildOrder } from './mutants/child.order.js';
import { createRandom, type Random } from './random.js';
import { type Summary, summarize } from './report/summary.js';
import { pause, waitUntil } from './rig/pause.js';
import { type Rig, startRig } from './rig/rig.js';
import { createRestClient } from './wire/rest.client.js';
import { openChats } from './workload/chat.plan.js';
import { registerPeople } from './workload/people.js';
import { readBack } from './workload/read.back.js';
import { startWorkload } from './workload/workload.js';

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
  say?: (line: string) => void;
}

export interface ChaosResult {
  summary: Summary;
  violations: Violation[];
  /** Faults that this machine cannot make. */
  left: FaultName[];
}

/** How long service may take to come back after a fault, in milliseconds; then the run has failed. */
const RECOVERY_MAX_MS = 60_000;

/** Runs load and faults, reads everything back, and judges. Throws when service does not come back at all. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { cycles, seconds, rate, seed, senders = 20, chats: chatCount = 10, say = () => undefined } = options;
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
  try {
    const direct = createRestClient(rig.server.port);
    const people = await registerPeople(direct, senders);
    const chats = await openChats(direct, people, chatCount);
    const workload = startWorkload({
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
    const row = planFaults(
      options.faults.filter((name) => !left.includes(name)),
      cycles,
      random.fork('faults'),
    );
    for (const [cycle, name] of row.entries()) {
      const recovery = await runCycle(rig, history, random, seconds * 1_000, name);
      if (name !== undefined)
        say(`${String(cycle + 1).padStart(3)}  ${name.padEnd(14)} back after ${Math.round(recovery)} ms`);
    }
    await workload.settle();
    const { views, replicas } = await readBack(workload.rest, workload.actors, chats);
    await workload.close();
    direct.close();
    const entries = await rig.readEntries();
    const violations = findViolations({ records: history.records, final: { views, replicas, entries } });
    return { summary: summarize(history.records, violations), violations, left };
  } finally {
    await history.close();
    await rig.close();
  }
}

function planFaults(names: readonly FaultName[], cycles: number, random: Random): (FaultName | undefined)[] {
  const row: (FaultName | undefined)[] = [];
  while (row.length < cycles) row.push(...(names.length === 0 ? [undefined] : random.shuffle(names)));
  return row.slice(0, cycles);
}

/** A round: load, in its second quarter a fault, and load until its end; at least until service is back. */
async function runCycle(
  rig: Rig,
  history: History,
  random: Random,
  lengthMs: number,
  name: FaultName | undefined,
): Promise<number> {
  const start = history.now();
  if (name === undefined) {
    await pause(lengthMs);
    return 0;
  }
  const fault: Fault = faults[name];
  const mark = (phase: 'begin' | 'end' | 'recovered') => {
    const at = history.now();
    history.add({ type: 'fault', name, phase, start: at, end: at });
    return at;
  };
  await pause(lengthMs * (0.15 + 0.25 * random.next()));
  const begun = mark('begin');
  await fault.begin(rig, random);
  await pause(Math.min(fault.lastsMs, lengthMs / 2));
  // What happens in a moment is recovered from since that moment, what lasts since its end.
  const over = fault.lastsMs === 0 ? begun : mark('end');
  await fault.end(rig);
  if (fault.lastsMs === 0) mark('end');
  // An acknowledged send of the load itself, begun after the fault: a server that only reads is not back.
  let looked = history.records.length;
  await waitUntil(
    `service after ${name}`,
    () => {
      for (; looked < history.records.length; looked += 1) {
        const record = history.records[looked];
        if (record?.type === 'send' && record.outcome === 'ok' && record.start >= over) return true;
      }
      return false;
    },
    RECOVERY_MAX_MS,
    10,
  );
  const recovered = mark('recovered');
  await pause(Math.max(0, start + lengthMs - history.now()));
  return recovered - over;
}
