import type { ReadRecord, SeenRecord } from '../history.js';
import { type Evidence, groupBy, recordsOf, type Violation } from './verdict.js';

/** As many of the newest messages of a chat as are counted (limits.unreadCountMax). */
const COUNTED_MAX = 1_000;

/** Watermarks only move forward and never beyond the last message; unread counts are what a recount gives. */
export function checkReceipts({ records, final }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const lastSeqs = new Map<string, number>();
  for (const { chat, seq } of final.entries) lastSeqs.set(chat, Math.max(lastSeqs.get(chat) ?? 0, seq ?? 0));
  const wrong = (what: string, shown: readonly (ReadRecord | SeenRecord)[]) =>
    violations.push({ promise: 'receipts', what, records: shown });

  const reads = recordsOf(records, 'read').filter(({ outcome }) => outcome === 'ok');
  for (const [key, ofMember] of groupBy(reads, ({ user, chat }) => `${user} ${chat}`)) {
    const byEnd = [...ofMember].sort((a, b) => a.end - b.end);
    const lastSeq = lastSeqs.get(ofMember[0]?.chat as string) ?? 0;
    let furthest: ReadRecord | undefined;
    let next = 0;
    for (const read of [...ofMember].sort((a, b) => a.start - b.start)) {
      for (; next < byEnd.length && (byEnd[next] as ReadRecord).end < read.start; next += 1) {
        const ended = byEnd[next] as ReadRecord;
        if (furthest === undefined || (ended.readSeq as number) > (furthest.readSeq as number))
          furthest = ended;
      }
      if (furthest !== undefined && (read.readSeq as number) < (furthest.readSeq as number))
        wrong(`the mark of ${key} went back from ${furthest.readSeq} to ${read.readSeq}`, [furthest, read]);
      if ((read.readSeq as number) > lastSeq)
        wrong(`the mark of ${key} is ${read.readSeq} and the last message ${lastSeq}`, [read]);
    }
    const [user, chat] = key.split(' ');
    const view = final.views.find((one) => one.user === user && one.chat === chat);
    const best = byEnd.reduce((a, b) => ((b.readSeq as number) > (a.readSeq as number) ? b : a));
    if (view !== undefined && view.readSeq < (best.readSeq as number))
      wrong(`the mark of ${key} was ${best.readSeq} and is ${view.readSeq} at the end`, [best]);
  }

  const receipts = recordsOf(records, 'seen').filter(({ mark }) => mark !== undefined);
  const streams = groupBy(
    receipts,
    ({ connection, chat, event, of }) => `${connection} ${chat} ${event} ${of}`,
  );
  for (const [stream, seen] of streams) {
    for (const [index, receipt] of seen.entries()) {
      const last = seen[index - 1];
      if (last !== undefined && (receipt.mark as number) < (last.mark as number))
        wrong(`on ${stream} the mark went back from ${last.mark} to ${receipt.mark}`, [last, receipt]);
      if ((receipt.mark as number) > (lastSeqs.get(receipt.chat) ?? 0))
        wrong(`on ${stream} the mark ${receipt.mark} is beyond the last message`, [receipt]);
    }
  }
  return [...violations, ...checkDeliveries(final.views), ...recount(final.views, lastSeqs)];
}

/** What the other side has been given by sync or page counts as delivered; by the end, everything has been. */
function checkDeliveries(views: Evidence['final']['views']): Violation[] {
  return views.flatMap(({ user, chat, messages }) => {
    const waiting = messages.find(({ delivered }) => delivered === false);
    if (waiting === undefined) return [];
    const what = `seq ${waiting.seq} of ${user} in ${chat} was given to everybody and is not marked as delivered`;
    return [{ promise: 'receipts' as const, what, records: [] }];
  });
}

function recount(views: Evidence['final']['views'], lastSeqs: ReadonlyMap<string, number>): Violation[] {
  const violations: Violation[] = [];
  for (const { user, chat, messages, readSeq, unreadCount } of views) {
    const from = Math.max(readSeq, (lastSeqs.get(chat) ?? 0) - COUNTED_MAX);
    const unread = messages.filter(
      ({ seq, sender, deleted }) => seq > from && sender !== user && !deleted,
    ).length;
    if (unread === unreadCount) continue;
    const what = `${user} is told of ${unreadCount} unread in ${chat} (read to ${readSeq}), a recount gives ${unread}`;
    violations.push({ promise: 'unread', what, records: [] });
  }
  return violations;
}
