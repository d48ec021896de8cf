import type { ChangeRecord, SendRecord } from '../history.js';
import { type Evidence, type FinalMessage, groupBy, recordsOf, type Violation } from './verdict.js';

/** Acknowledged sends and changes are there, each once; what was refused is not. */
export function checkEffects({ records, final }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const sends = groupBy(recordsOf(records, 'send'), ({ user, clientId }) => `${user}:${clientId}`);
  const changes = groupBy(recordsOf(records, 'edit', 'delete', 'hide'), ({ id }) => id);
  const entries = new Map(
    final.entries.filter(({ seq }) => seq !== undefined).map((entry) => [entry.id, entry]),
  );

  for (const attempts of sends.values()) {
    const acks = attempts.filter(({ outcome }) => outcome === 'ok');
    const [ack] = acks;
    const { user, chat, clientId } = attempts[0] as SendRecord;
    const found = final.views
      .find((view) => view.user === user && view.chat === chat)
      ?.messages.filter((message) => message.clientId === clientId);
    const other = acks.find(({ id, seq }) => id !== ack?.id || seq !== ack?.seq);
    if (ack !== undefined && other !== undefined) {
      const what = `${clientId} was acknowledged as seq ${ack.seq} and as seq ${other.seq}`;
      violations.push({ promise: 'doubled', what, records: [ack, other] });
    } else if ((found?.length ?? 0) > 1) {
      const seqs = found?.map(({ seq }) => seq).join(' and ');
      violations.push({ promise: 'doubled', what: `${clientId} is there as seq ${seqs}`, records: attempts });
    }
    if (ack !== undefined) {
      const entry = entries.get(ack.id as string);
      if (entry === undefined || entry.seq !== ack.seq) {
        const what = `${clientId}, acknowledged as seq ${ack.seq}, ${entry === undefined ? 'is not in the log' : `is seq ${entry.seq}`}`;
        violations.push({ promise: 'lost', what, records: [ack] });
      } else violations.push(...checkContent(ack, changes.get(entry.id) ?? [], found?.[0]));
    } else if (attempts.every(({ outcome }) => outcome === 'fail') && (found?.length ?? 0) > 0) {
      violations.push({
        promise: 'invented',
        what: `${clientId} was refused and is there`,
        records: attempts,
      });
    }
  }
  return [...violations, ...checkStrangers(final.views, sends, recordsOf(records, 'edit'))];
}

/** Whatever fails beneath the server, the answer is an error that says what: never `internal`. */
export function checkAnswers({ records }: Evidence): Violation[] {
  return recordsOf(records, 'send', 'edit', 'delete', 'hide', 'read', 'page', 'list', 'sync')
    .filter(({ code }) => code === 'internal')
    .map((record) => ({
      promise: 'unclean',
      what: `a ${record.type} was answered with internal`,
      records: [record],
    }));
}

/** A message is as its last acknowledged change left it, or as a change of unknown outcome would have. */
function checkContent(
  ack: SendRecord,
  changes: ChangeRecord[],
  found: FinalMessage | undefined,
): Violation[] {
  const acked = changes.filter(({ outcome }) => outcome === 'ok').sort((a, b) => (a.rev ?? 0) - (b.rev ?? 0));
  const open = changes.filter(({ outcome }) => outcome === 'unknown');
  const last = acked.at(-1);
  const allowed = [last, ...open].map((change) => resultOf(change, ack));
  const actual = found === undefined ? 'hidden' : found.deleted ? 'deleted' : `text ${found.content}`;
  if (last === undefined && open.length > 0) allowed.push(`text ${ack.content}`);
  // An open change may have come before the last acknowledged one or after it, but not undone it.
  if (allowed.includes(actual)) return [];
  const what = `${ack.clientId} should be "${allowed.join('" or "')}" and is "${actual}"`;
  return [{ promise: 'lost', what, records: [ack, ...changes] }];
}

function resultOf(change: ChangeRecord | undefined, ack: SendRecord): string {
  if (change === undefined) return `text ${ack.content}`;
  if (change.type === 'edit') return `text ${change.content}`;
  return change.type === 'delete' ? 'deleted' : 'hidden';
}

/** Nobody sees what nobody wrote. */
function checkStrangers(
  views: Evidence['final']['views'],
  sends: ReadonlyMap<string, SendRecord[]>,
  edits: readonly ChangeRecord[],
): Violation[] {
  const written = new Set(
    [...sends.values()].map((attempts) => `${attempts[0]?.user} ${attempts[0]?.content}`),
  );
  for (const { user, content } of edits) written.add(`${user} ${content}`);
  const violations: Violation[] = [];
  const seen = new Set<string>();
  for (const { messages } of views) {
    for (const { id, sender, content, deleted } of messages) {
      if (deleted || seen.has(id) || content.startsWith('hello ') || written.has(`${sender} ${content}`))
        continue;
      seen.add(id);
      violations.push({ promise: 'invented', what: `nobody wrote "${content}" (${id})`, records: [] });
    }
  }
  return violations;
}
