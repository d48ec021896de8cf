import type { HistoryRecord } from '../history.js';
import type { StoredEntry } from '../stored.entry.js';
import type { Watermark } from '../workload/replica.js';

/** The promises, as the table of a run counts them. */
export const promises = {
  lost: 'a message or change that was acknowledged, or shown to somebody, is not there',
  doubled: 'one message is there twice, or was given twice',
  reordered: 'two observers saw another order, or an order that the acknowledgements exclude',
  gaps: 'a seq or rev is missing or used twice',
  stale: 'a read after an acknowledgement did not contain it',
  receipts: 'a watermark went back, or beyond the last message',
  unread: 'the unread count is not what a recount gives',
  resume: 'snapshot plus changes is not what a fresh read gives',
  unclean: 'something was answered with `internal`, whatever had failed',
  invented: 'something is there that was refused, or that nobody wrote',
} as const;

export type PromiseName = keyof typeof promises;

/** A broken promise. */
export interface Violation {
  promise: PromiseName;
  /** One sentence with the names of what is concerned. */
  what: string;
  /** The records that show it, as few as will do. */
  records: readonly HistoryRecord[];
}

/** A message as the final reading found it. */
export interface FinalMessage {
  id: string;
  seq: number;
  rev: number;
  sender: string;
  content: string;
  deleted: boolean;
  /** Shown to its sender alone. */
  clientId?: string;
  at: string;
  /** What a page says of a message of the reader's own: whether everybody else has received and read it. */
  delivered?: boolean;
  isRead?: boolean;
}

/** A chat as one member's final reading found it. */
export interface FinalView {
  user: string;
  chat: string;
  /** By pages, or by sync from nothing where there are no pages (the lobby). */
  messages: readonly FinalMessage[];
  rev: number;
  readSeq: number;
  unreadCount: number;
}

/** What a client that resumed holds of a chat at the end. */
export interface FinalReplica {
  client: string;
  user: string;
  chat: string;
  rev: number;
  messages: readonly Omit<FinalMessage, 'at' | 'clientId'>[];
  /** By user. */
  marks: ReadonlyMap<string, Watermark>;
}

/** Everything read back once the faults were over and the load had ended. */
export interface FinalState {
  views: readonly FinalView[];
  replicas: readonly FinalReplica[];
  /** The log itself, from the database. */
  entries: readonly StoredEntry[];
}

/** What the checks of one promise get. */
export interface Evidence {
  records: readonly HistoryRecord[];
  final: FinalState;
}

type RecordOf<T> = HistoryRecord extends infer R
  ? R extends { type: infer U }
    ? [T & U] extends [never]
      ? never
      : R
    : never
  : never;

/** Records of some types, in order. */
export function recordsOf<T extends HistoryRecord['type']>(
  records: readonly HistoryRecord[],
  ...types: T[]
): RecordOf<T>[] {
  return records.filter(({ type }) => (types as string[]).includes(type)) as RecordOf<T>[];
}

/** Reads that were answered, in order: the others show nothing. */
export function answersOf<T extends 'page' | 'list' | 'sync'>(
  records: readonly HistoryRecord[],
  ...types: T[]
): RecordOf<T>[] {
  return recordsOf(records, ...types).filter(({ outcome }) => outcome === 'ok');
}

/** Groups by a key, in order. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
