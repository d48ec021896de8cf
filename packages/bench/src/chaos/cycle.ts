import { type Fault, type FaultName, faults } from './faults/fault.table.js';
import type { History } from './history.js';
import type { Random } from './random.js';
import { pause, waitUntil } from './rig/pause.js';
import type { Rig } from './rig/rig.js';

/** Which fault comes in which round: each once before any comes again. */
export function planFaults(
  names: readonly FaultName[],
  cycles: number,
  random: Random,
): (FaultName | undefined)[] {
  const row: (FaultName | undefined)[] = [];
  while (row.length < cycles) row.push(...(names.length === 0 ? [undefined] : random.shuffle(names)));
  return row.slice(0, cycles);
}

/** What a round takes place on. */
export interface CycleStage {
  rig: Rig;
  history: History;
  random: Random;
  lengthMs: number;
  /** Throws when service is not back by then. */
  recoveryMaxMs: number;
}

/**
 * A round: load, in its second quarter a fault, and load until its end; at least until service is back.
 * Returns how long that took, in milliseconds.
 */
export async function runCycle(
  { rig, history, random, lengthMs, recoveryMaxMs }: CycleStage,
  name: FaultName | undefined,
): Promise<number> {
  const start = history.now();
  if (name === undefined) {
    await pause(lengthMs);
    return 0;
  }
  const fault: Fault = faults[name];
  const mark = (phase: 'begin' | 'end' | 'recovered', at = history.now()) => {
    history.add({ type: 'fault', name, phase, start: at, end: at });
    return at;
  };
  await pause(lengthMs * (0.15 + 0.25 * random.next()));
  const begun = mark('begin');
  // It may be back before the wait for it begins.
  let looked = history.records.length;
  await fault.begin(rig, random);
  await pause(Math.min(fault.lastsMs, lengthMs / 2));
  // What happens in a moment is recovered from since that moment, what lasts since its end.
  const over = fault.lastsMs === 0 ? begun : mark('end');
  await fault.end(rig);
  if (fault.lastsMs === 0) mark('end');
  // An acknowledged send of the load itself, begun after the fault: a server that only reads is not back.
  let back: number | undefined;
  await waitUntil(
    `service after ${name}`,
    () => {
      for (; looked < history.records.length && back === undefined; looked += 1) {
        const record = history.records[looked];
        if (record?.type === 'send' && record.outcome === 'ok' && record.start >= over) back = record.end;
      }
      return back !== undefined;
    },
    recoveryMaxMs,
    10,
  );
  const recovered = mark('recovered', back);
  await pause(Math.max(0, start + lengthMs - history.now()));
  return recovered - over;
}
