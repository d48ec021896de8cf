import type { SyncRecord } from '../history.js';
import {
  answersOf,
  type Evidence,
  type FinalMessage,
  type FinalReplica,
  type FinalView,
  recordsOf,
  type Violation,
} from './verdict.js';

/** Whoever resumed holds exactly what a fresh read gives, and everybody's fresh read is the log. */
export function checkResume({ records, final }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const views = new Map(final.views.map((view) => [`${view.user} ${view.chat}`, view]));
  const syncs = answersOf(records, 'sync');

  for (const replica of final.replicas) {
    const view = views.get(`${replica.user} ${replica.chat}`);
    if (view !== undefined) violations.push(...compareMarks(replica, view));
    const difference = compare(replica.messages, view?.messages ?? []);
    if (difference === null && replica.rev === view?.rev) continue;
    const what = `${replica.client} holds ${replica.chat} at rev ${replica.rev} of ${view?.rev}: ${difference?.text ?? 'another revision'}`;
    violations.push({ promise: 'resume', what, records: lastSyncsOf(syncs, replica, difference?.rev) });
  }
  for (const view of final.views) {
    const own = new Set(view.messages.map(({ id }) => id));
    const seqs = view.messages.map(({ seq }) => seq);
    if (new Set(seqs).size < seqs.length)
      violations.push({
        promise: 'doubled',
        what: `${view.user} reads a seq of ${view.chat} twice`,
        records: [],
      });
    const hidden = new Set(
      recordsOf(records, 'hide')
        .filter(({ user }) => user === view.user)
        .map(({ id }) => id),
    );
    const missing = final.entries.find(
      ({ chat, seq, id }) => chat === view.chat && seq !== undefined && !own.has(id) && !hidden.has(id),
    );
    if (missing !== undefined) {
      const what = `${view.user} cannot read seq ${missing.seq} of ${view.chat}, which is in the log`;
      violations.push({ promise: 'gaps', what, records: [] });
    }
  }
  return violations;
}

/**
 * The watermarks that a client holds say of every message what a page says of it. By the end everybody has been given
 * everything, and the deliveries are on disk.
 */
function compareMarks(replica: FinalReplica, view: FinalView): Violation[] {
  const { user, chat, client, marks } = replica;
  const broken = (what: string): Violation[] => [
    { promise: 'resume', what: `${client} holds ${chat} ${what}`, records: [] },
  ];
  const own = marks.get(user)?.readSeq ?? 0;
  if (own !== view.readSeq) return broken(`as read to ${own}; it is read to ${view.readSeq}`);
  const others = [...marks].filter(([userId]) => userId !== user).map(([, mark]) => mark);
  const isWithin = (seq: number, name: 'readSeq' | 'deliveredSeq') =>
    others.length > 0 && others.every((mark) => mark[name] >= seq);
  for (const { seq, isRead, delivered } of view.messages) {
    if (isRead === undefined) continue;
    if (isRead !== isWithin(seq, 'readSeq') || delivered !== isWithin(seq, 'deliveredSeq'))
      return broken(
        `with the marks ${JSON.stringify(others)}; a page has seq ${seq} as ${isRead ? 'read' : 'unread'} and ${delivered === true ? '' : 'not '}delivered`,
      );
  }
  return [];
}

/** The syncs that passed over a revision, or the last one. */
function lastSyncsOf(
  syncs: readonly SyncRecord[],
  replica: FinalReplica,
  rev: number | undefined,
): SyncRecord[] {
  const ofClient = syncs.flatMap((record) => {
    if (record.client !== replica.client) return [];
    const part = record.chats.find(({ chat }) => chat === replica.chat);
    return part === undefined ? [] : [{ ...record, chats: [part] }];
  });
  const passing = ofClient.filter(
    ({ chats: [part] }: SyncRecord) =>
      rev !== undefined && part !== undefined && part.from < rev && part.rev >= rev,
  );
  return (passing.length > 0 ? passing : ofClient).slice(-1);
}

/** The first difference between two readings of a chat; null when they are the same. */
function compare(
  held: FinalReplica['messages'],
  fresh: readonly FinalMessage[],
): { text: string; rev: number } | null {
  const heldById = new Map(held.map((message) => [message.id, message]));
  for (const message of fresh) {
    const { id, seq, rev, sender, content, deleted } = message;
    const own = heldById.get(id);
    if (own === undefined) return { text: `seq ${seq} (rev ${rev}) is missing`, rev };
    heldById.delete(id);
    const isSame =
      own.seq === seq &&
      own.rev === rev &&
      own.sender === sender &&
      own.content === content &&
      own.deleted === deleted;
    if (!isSame)
      return {
        text: `seq ${seq} is held as "${own.content}" at rev ${own.rev} and reads "${content}" at rev ${rev}`,
        rev,
      };
  }
  const [extra] = heldById.values();
  return extra === undefined ? null : { text: `seq ${extra.seq} is held and cannot be read`, rev: extra.rev };
}
