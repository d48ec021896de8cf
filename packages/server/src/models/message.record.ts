import type { MessageType } from '@parley/protocol';

/** A message as stored, ids as strings. */
export interface MessageRecord {
  id: string;
  chatId: string;
  /** Number in the chat: 1, 2, 3, without holes. */
  seq: number;
  /** The chat's revision at the last change of this message. */
  rev: number;
  /** The revision that the message was created at. */
  createdRev: number;
  sender: string;
  content: string;
  messageType: MessageType;
  clientId?: string;
  /** Fingerprint of the body that `clientId` was first sent with; gone once the message is deleted. */
  bodyDigest?: string;
  createdAt: Date;
  editedAt?: Date;
  deletedAt?: Date;
  /** Former texts, oldest first. */
  history?: { content: string; at: Date }[];
  /** Users who deleted the message for themselves, and when. */
  hiddenFor?: { userId: string; at: Date }[];
}

/** A change of an earlier message: it takes a revision of its own, and `next` is what the message becomes. */
export interface ChangeRecord {
  id: string;
  chatId: string;
  rev: number;
  /** seq of the last message before it: every entry tells where the chat stands, so a head is one read. */
  lastSeq: number;
  kind: 'edit' | 'delete' | 'hide';
  /** The user who changed it. */
  by: string;
  at: Date;
  next: MessageRecord;
}

/** What a chat's log is made of. */
export type LogEntry = { type: 'message'; message: MessageRecord } | { type: 'change'; change: ChangeRecord };

/** Where a chat's log stands: the last revision, the last message, and its time. */
export interface ChatHead {
  rev: number;
  seq: number;
  /** Time of the last entry; null for an empty chat. */
  at: Date | null;
}
