import type { HistoryRecord, SendRecord } from '../history.js';
import { answersOf, type Evidence, groupBy, recordsOf, type Violation } from './verdict.js';

/** Every observer saw the order of the log, each thing once, and the order agrees with the acknowledgements. */
export function checkOrder(evidence: Evidence): Violation[] {
  return [
    ...checkStreams(evidence),
    ...checkPages(evidence),
    ...checkSyncs(evidence),
    ...checkAcks(evidence),
  ];
}

function seqsOf({ final }: Evidence): Map<string, number> {
  return new Map(final.entries.flatMap(({ id, seq }) => (seq === undefined ? [] : [[id, seq] as const])));
}

/** On one connection a chat's events come in order of revision, messages in order of seq, and each once. */
function checkStreams(evidence: Evidence): Violation[] {
  const violations: Violation[] = [];
  const seqs = seqsOf(evidence);
  const events = recordsOf(evidence.records, 'seen').filter(
    ({ id, event }) => id !== undefined && event !== 'sent',
  );
  const streams = groupBy(events, ({ connection, chat }) => `${connection} ${chat}`);
  for (const [stream, seen] of streams) {
    const created = seen.filter(({ event }) => event === 'created');
    const ids = new Map<string, HistoryRecord>();
    for (const [index, record] of created.entries()) {
      const twin = ids.get(record.id as string);
      const before = created[index - 1];
      if (twin !== undefined) {
        const what = `${stream} was given ${record.id} twice`;
        violations.push({ promise: 'doubled', what, records: [twin, record] });
      } else if (before !== undefined && (record.seq as number) <= (before.seq as number)) {
        const what = `${stream} saw seq ${record.seq} after seq ${before.seq}`;
        violations.push({ promise: 'reordered', what, records: [before, record] });
      }
      ids.set(record.id as string, record);
      if (seqs.has(record.id as string) && seqs.get(record.id as string) !== record.seq) {
        const what = `${stream} saw ${record.id} as seq ${record.seq}; it is ${seqs.get(record.id as string)}`;
        violations.push({ promise: 'reordered', what, records: [record] });
      }
    }
    const revised = seen.filter(({ rev }) => rev !== undefined);
    for (const [index, record] of revised.entries()) {
      const before = revised[index - 1];
      if (before === undefined || (record.rev as number) > (before.rev as number)) continue;
      const what = `${stream} saw rev ${record.rev} after rev ${before.rev}`;
      violations.push({ promise: 'reordered', what, records: [before, record] });
    }
  }
  return violations;
}

/** A page ascends, agrees with the log, and its times never go back. */
function checkPages(evidence: Evidence): Violation[] {
  const violations: Violation[] = [];
  const seqs = seqsOf(evidence);
  for (const page of answersOf(evidence.records, 'page')) {
    for (const [index, message] of page.messages.entries()) {
      const before = page.messages[index - 1];
      const known = seqs.get(message.id);
      if (before !== undefined && (message.seq <= before.seq || message.at < before.at)) {
        const what = `a page had seq ${message.seq} of ${message.at} after seq ${before.seq} of ${before.at}`;
        const excerpt = { ...page, messages: [before, message] };
        violations.push({
          promise: message.seq === before.seq ? 'doubled' : 'reordered',
          what,
          records: [excerpt],
        });
      }
      if (known !== undefined && known !== message.seq) {
        const excerpt = { ...page, messages: [message] };
        violations.push({
          promise: 'reordered',
          what: `a page had ${message.id} as seq ${message.seq}; it is ${known}`,
          records: [excerpt],
        });
      }
    }
  }
  return violations;
}

/** An answer of sync ascends by revision, gives only what is new to the client, and never a resync without a reason. */
function checkSyncs(evidence: Evidence): Violation[] {
  const violations: Violation[] = [];
  for (const record of answersOf(evidence.records, 'sync')) {
    for (const part of record.chats) {
      const excerpt = [{ ...record, chats: [part] }];
      if (part.resync) {
        const what = `sync of ${part.chat} from rev ${part.from} was answered with resync, on the same database`;
        violations.push({ promise: 'resume', what, records: excerpt });
      }
      for (const [index, message] of part.messages.entries()) {
        const before = part.messages[index - 1];
        if (before !== undefined && message.rev <= before.rev)
          violations.push({
            promise: 'reordered',
            what: `sync gave rev ${message.rev} after rev ${before.rev}`,
            records: [{ ...record, chats: [{ ...part, messages: [before, message] }] }],
          });
        if (!part.resync && message.rev <= part.from)
          violations.push({
            promise: 'doubled',
            what: `sync from rev ${part.from} gave seq ${message.seq} at rev ${message.rev} again`,
            records: [{ ...record, chats: [{ ...part, messages: [message] }] }],
          });
      }
    }
  }
  return violations;
}

/** What was acknowledged before another message was first sent stands before it: in a sender's own order, and in everybody's. */
function checkAcks({ records }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const byMessage = groupBy(recordsOf(records, 'send'), ({ user, clientId }) => `${user}:${clientId}`);
  const messages = [...byMessage.values()].flatMap((attempts) => {
    const ack = attempts.find(({ outcome }) => outcome === 'ok');
    return ack === undefined ? [] : [{ ack, first: Math.min(...attempts.map(({ start }) => start)) }];
  });
  for (const ofChat of groupBy(messages, ({ ack }) => ack.chat).values()) {
    ofChat.sort((a, b) => (b.ack.seq as number) - (a.ack.seq as number));
    let earliest: SendRecord | undefined;
    for (const { ack, first } of ofChat) {
      if (earliest !== undefined && earliest.end < first) {
        const what = `seq ${ack.seq} was sent after seq ${earliest.seq} had been acknowledged`;
        violations.push({ promise: 'reordered', what, records: [earliest, ack] });
      }
      if (earliest === undefined || ack.end < earliest.end) earliest = ack;
    }
  }
  return violations;
}
