import type { FinalMessage, FinalState, FinalView } from '../../src/chaos/checker/verdict.js';
import type { HistoryRecord, NewRecord, SendRecord } from '../../src/chaos/history.js';
import type { StoredEntry } from '../../src/chaos/stored.entry.js';

/** A small world that keeps every promise; a test breaks one of them. */
export interface World {
  records: HistoryRecord[];
  final: FinalState & { views: FinalView[]; entries: StoredEntry[] };
}

const CHAT = 'chat';
const at = (seq: number) => new Date(1_700_000_000_000 + seq).toISOString();

/** A finished send of ann, from `start` to `start + 5`. */
export function sendOf(seq: number, change: Partial<SendRecord> = {}): NewRecord {
  const start = seq * 10;
  return {
    type: 'send',
    start,
    end: start + 5,
    user: 'ann',
    chat: CHAT,
    transport: 'rest',
    clientId: `c${seq}`,
    content: `text ${seq}`,
    outcome: 'ok',
    id: `m${seq}`,
    seq,
    ...change,
  };
}

/** Puts records into their places. */
export function recordsFrom(...records: NewRecord[]): HistoryRecord[] {
  return records.map((record, n) => ({ n, ...record }) as HistoryRecord);
}

/** Ann sends three messages to bob, who has read two; both have a client that resumed. */
export function makeWorld(): World {
  const messages: FinalMessage[] = [1, 2, 3].map((seq) => ({
    id: `m${seq}`,
    seq,
    rev: seq,
    sender: 'ann',
    content: `text ${seq}`,
    deleted: false,
    clientId: `c${seq}`,
    at: at(seq),
  }));
  // What bob's marks say of ann's messages.
  const ownMessages = messages.map((message) => ({ ...message, isRead: message.seq <= 2, delivered: true }));
  const marks = new Map([['bob', { readSeq: 2, deliveredSeq: 3 }]]);
  const view = { chat: CHAT, messages, rev: 3 };
  return {
    records: recordsFrom(sendOf(1), sendOf(2), sendOf(3)),
    final: {
      views: [
        { ...view, user: 'ann', messages: ownMessages, readSeq: 0, unreadCount: 0 },
        { ...view, user: 'bob', readSeq: 2, unreadCount: 1 },
      ],
      replicas: [
        { ...view, user: 'bob', client: 'bob:sync', marks },
        { ...view, user: 'ann', client: 'ann:live', marks },
      ],
      entries: messages.map(({ id, seq, rev }) => ({ chat: CHAT, id, seq, rev })),
    },
  };
}

/** An event on one of bob's connections. */
export function seenBy(connection: string, seq: number, start = 100 + seq): NewRecord {
  return {
    type: 'seen',
    start,
    end: start,
    user: 'bob',
    connection,
    chat: CHAT,
    event: 'created',
    id: `m${seq}`,
    seq,
    rev: seq,
  };
}

/** A page that bob read. */
export function pageOf(seqs: readonly number[], start: number): NewRecord {
  const messages = seqs.map((seq) => ({ id: `m${seq}`, seq, rev: seq, at: at(seq) }));
  return { type: 'page', start, end: start + 1, user: 'bob', chat: CHAT, outcome: 'ok', messages };
}

/** An answer of sync to bob's client. */
export function syncOf(from: number, revs: readonly number[], rev: number, start = 100): NewRecord {
  const messages = revs.map((given) => ({ id: `m${given}`, seq: given, rev: given }));
  const chats = [{ chat: CHAT, from, rev, more: false, resync: false, messages }];
  return { type: 'sync', start, end: start + 1, user: 'bob', client: 'bob:sync', outcome: 'ok', chats };
}

/** Bob marks as read. */
export function readOf(upTo: number, readSeq: number, start: number): NewRecord {
  return { type: 'read', start, end: start + 1, user: 'bob', chat: CHAT, upTo, outcome: 'ok', readSeq };
}
