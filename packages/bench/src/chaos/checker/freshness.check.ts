import type { ChangeRecord, SendRecord } from '../history.js';
import { answersOf, type Evidence, groupBy, recordsOf, type Violation } from './verdict.js';

type Acked = SendRecord | ChangeRecord;

/** The furthest acknowledgement of a chat at each moment. */
interface Reached {
  end: number;
  value: number;
  record: Acked;
}

/** The running maximum of a number over the acknowledgements, in order of their ends. */
function reach(acked: readonly Acked[], numberOf: (record: Acked) => number | undefined): Reached[] {
  const reached: Reached[] = [];
  for (const record of [...acked].sort((a, b) => a.end - b.end)) {
    const value = numberOf(record);
    if (value !== undefined && value > (reached.at(-1)?.value ?? 0))
      reached.push({ end: record.end, value, record });
  }
  return reached;
}

/** The last one that had come before `time`. */
function before(reached: readonly Reached[], time: number): Reached | undefined {
  let low = 0;
  let high = reached.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((reached[middle] as Reached).end < time) low = middle + 1;
    else high = middle;
  }
  return reached[low - 1];
}

/** A page, a list and a sync that began after an acknowledgement contain what was acknowledged. */
export function checkFreshness({ records, final }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const revs = new Map(
    final.entries.flatMap(({ id, seq, rev }) => (seq === undefined ? [] : [[id, rev] as const])),
  );
  const hidden = new Set(recordsOf(records, 'hide').map(({ id, user }) => `${id} ${user}`));
  const acked = recordsOf(records, 'send', 'edit', 'delete', 'hide').filter(
    ({ outcome }) => outcome === 'ok',
  );
  const byChat = groupBy(acked, ({ chat }) => chat);
  const seqReach = new Map<string, Reached[]>();
  const revReach = new Map<string, Reached[]>();
  for (const [chat, ofChat] of byChat) {
    seqReach.set(
      chat,
      reach(ofChat, (record) => (record.type === 'send' ? record.seq : undefined)),
    );
    revReach.set(
      chat,
      reach(ofChat, (record) => (record.type === 'send' ? revs.get(record.id as string) : record.rev)),
    );
  }
  const changeReach = new Map<string, Reached[]>();
  for (const [id, ofMessage] of groupBy(acked, (record) => record.id as string))
    changeReach.set(
      id,
      reach(ofMessage, (record) => (record.type === 'send' ? undefined : record.rev)),
    );
  const stale = (what: string, ack: Acked, read: Violation['records'][number]) =>
    violations.push({ promise: 'stale', what, records: [ack, read] });

  for (const page of answersOf(records, 'page')) {
    const due = before(seqReach.get(page.chat) ?? [], page.start);
    const last = page.messages.at(-1);
    // One's own hidden message may have been the last; the raw lobby leaves deleted ones out and has no revisions.
    const mayBeAbsent = due !== undefined && (last?.rev === 0 || hidden.has(`${due.record.id} ${page.user}`));
    if (due !== undefined && !mayBeAbsent && (last?.seq ?? 0) < due.value)
      stale(`a page ended at seq ${last?.seq ?? 0}; seq ${due.value} had been acknowledged`, due.record, {
        ...page,
        messages: page.messages.slice(-1),
      });
    for (const message of page.messages) {
      const change = before(changeReach.get(message.id) ?? [], page.start);
      // The raw lobby has no revisions.
      if (change === undefined || message.rev === 0 || message.rev >= change.value) continue;
      const what = `a page had seq ${message.seq} at rev ${message.rev}; its ${change.record.type} had been acknowledged as rev ${change.value}`;
      stale(what, change.record, { ...page, messages: [message] });
    }
  }
  for (const list of answersOf(records, 'list')) {
    for (const held of list.chats) {
      const due = before(revReach.get(held.chat) ?? [], list.start);
      if (due !== undefined && held.rev < due.value)
        stale(`a list had rev ${held.rev}; rev ${due.value} had been acknowledged`, due.record, {
          ...list,
          chats: [held],
        });
    }
  }
  for (const sync of answersOf(records, 'sync')) {
    for (const part of sync.chats) {
      const due = before(revReach.get(part.chat) ?? [], sync.start);
      if (due !== undefined && !part.more && part.rev < due.value)
        stale(`sync ended at rev ${part.rev}; rev ${due.value} had been acknowledged`, due.record, {
          ...sync,
          chats: [{ ...part, messages: [] }],
        });
    }
  }
  return violations;
}
