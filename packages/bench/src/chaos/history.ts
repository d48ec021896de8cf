import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** How an operation ended: `unknown` when it may or may not have happened (no answer, or an answer that leaves it open). */
export type Outcome = 'ok' | 'fail' | 'unknown';

/** What every record has. Times are milliseconds since the run began, by a clock that does not jump. */
interface Recorded {
  /** Position in the history. */
  n: number;
  start: number;
  end: number;
}

/** One attempt to send a message; attempts with one `clientId` are one message. */
export interface SendRecord extends Recorded {
  type: 'send';
  user: string;
  chat: string;
  transport: string;
  clientId: string;
  content: string;
  outcome: Outcome;
  code?: string;
  id?: string;
  seq?: number;
}

/** One attempt to change a message. */
export interface ChangeRecord extends Recorded {
  type: 'edit' | 'delete' | 'hide';
  user: string;
  chat: string;
  transport: string;
  id: string;
  content?: string;
  outcome: Outcome;
  code?: string;
  /** The chat's revision of the change; for an edit or deletion that was acknowledged. */
  rev?: number;
}

/** One attempt to mark a chat as read. */
export interface ReadRecord extends Recorded {
  type: 'read';
  user: string;
  chat: string;
  upTo: number;
  outcome: Outcome;
  code?: string;
  readSeq?: number;
}

/** What reads have: one that failed, or got no answer, shows nothing. */
interface Answered extends Recorded {
  outcome: Outcome;
  code?: string;
}

/** A message as an observer met it. */
export interface Sight {
  id: string;
  seq: number;
  rev: number;
}

/** The newest page of a chat, as it was read during the run. */
export interface PageRecord extends Answered {
  type: 'page';
  user: string;
  chat: string;
  messages: (Sight & { at: string })[];
}

/** Where a user's chats stood, by the list of chats. */
export interface ListRecord extends Answered {
  type: 'list';
  user: string;
  chats: { chat: string; lastSeq: number; rev: number }[];
}

/** One answer of sync to a client that resumes. */
export interface SyncRecord extends Answered {
  type: 'sync';
  user: string;
  client: string;
  chats: { chat: string; from: number; rev: number; more: boolean; resync: boolean; messages: Sight[] }[];
}

/** An event on a live connection. */
export interface SeenRecord extends Recorded {
  type: 'seen';
  user: string;
  /** A new one after each reconnect. */
  connection: string;
  chat: string;
  /** `sent` answers a send, a repeated one as well, and so has no place in the order. */
  event: 'created' | 'updated' | 'deleted' | 'sent' | 'read' | 'delivered';
  id?: string;
  seq?: number;
  /** Absent on raw WebSockets, which know no revisions. */
  rev?: number;
  /** Of a receipt: whose, and how far. */
  of?: string;
  mark?: number;
}

/** A fault begins or ends, or service is back after it. */
export interface FaultRecord extends Recorded {
  type: 'fault';
  name: string;
  phase: 'begin' | 'end' | 'recovered';
  detail?: string;
}

export type HistoryRecord =
  | SendRecord
  | ChangeRecord
  | ReadRecord
  | PageRecord
  | ListRecord
  | SyncRecord
  | SeenRecord
  | FaultRecord;

/** A record before it has its place. */
export type NewRecord = HistoryRecord extends infer R
  ? R extends HistoryRecord
    ? Omit<R, 'n'>
    : never
  : never;

/** What happened in a run, in order of its ends; kept in memory for the checker and written as JSON lines. */
export interface History {
  readonly records: readonly HistoryRecord[];
  /** Milliseconds since the run began. */
  now(): number;
  add(record: NewRecord): void;
  close(): Promise<void>;
}

/** Begins a history; without a path it stays in memory. */
export function createHistory(path?: string): History {
  const began = performance.now();
  const records: HistoryRecord[] = [];
  if (path !== undefined) mkdirSync(dirname(path), { recursive: true });
  const file = path === undefined ? undefined : createWriteStream(path);
  return {
    records,
    now: () => Math.round((performance.now() - began) * 100) / 100,
    add(record) {
      const placed = { n: records.length, ...record } as HistoryRecord;
      records.push(placed);
      file?.write(`${JSON.stringify(placed)}\n`);
    },
    close: () => new Promise((resolve) => (file === undefined ? resolve() : file.end(() => resolve()))),
  };
}
