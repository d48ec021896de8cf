import type { ChangeRecord, SendRecord } from '../history.js';
import { type Evidence, groupBy, recordsOf, type Violation } from './verdict.js';

/** Every chat's log counts 1, 2, 3 in rev and in seq, and acknowledged changes are the entries that they were said to be. */
export function checkLog({ records, final }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const gap = (what: string, shown: readonly (SendRecord | ChangeRecord)[] = []) =>
    violations.push({ promise: 'gaps', what, records: shown });
  const acked = recordsOf(records, 'send', 'edit', 'delete', 'hide').filter(
    ({ outcome }) => outcome === 'ok',
  );

  for (const [chat, entries] of groupBy(final.entries, (entry) => entry.chat)) {
    const ordered = [...entries].sort((a, b) => a.rev - b.rev);
    const ofChat = acked.filter((record) => record.chat === chat);
    let seq = 0;
    for (const [index, entry] of ordered.entries()) {
      if (entry.rev !== index + 1) {
        const around = ofChat.filter(
          ({ type, rev }: { type: string; rev?: number }) => type !== 'send' && rev === entry.rev,
        );
        gap(`chat ${chat} has rev ${entry.rev} where rev ${index + 1} should be`, around);
        break;
      }
      if (entry.seq === undefined) continue;
      if (entry.seq !== seq + 1) {
        const around = ofChat.filter(
          (record) => record.type === 'send' && Math.abs((record.seq as number) - seq) <= 1,
        );
        gap(`chat ${chat} has seq ${entry.seq} after seq ${seq}`, around.slice(0, 4));
        break;
      }
      seq = entry.seq;
    }
    const byRev = new Map(ordered.map((entry) => [entry.rev, entry]));
    for (const record of ofChat) {
      if (record.type === 'send') continue;
      const entry = byRev.get(record.rev as number);
      if (entry?.target === record.id && entry.kind === record.type) continue;
      const what = `the ${record.type} of ${record.id} was acknowledged as rev ${record.rev}, where the log has ${entry === undefined ? 'nothing' : (entry.kind ?? 'a message')}`;
      violations.push({ promise: 'lost', what, records: [record] });
    }
    const pending = ordered.find((entry) => entry.pending === true);
    if (pending !== undefined)
      violations.push({
        promise: 'lost',
        what: `rev ${pending.rev} of chat ${chat} was never applied`,
        records: [],
      });
  }
  return violations;
}
