import type { MessageType } from '@parley/protocol';
import type { EventOrigin } from '../../events/domain.events.js';
import type { ChatRef } from '../../models/chat.record.js';
import type { ChangeRecord, MessageRecord } from '../../models/message.record.js';

/** A message to be written. `seq`, `rev`, id and time are given by the queue. */
export interface CreateOperation {
  type: 'create';
  chat: ChatRef;
  sender: string;
  content: string;
  messageType: MessageType;
  clientId?: string;
  bodyDigest?: string;
  origin?: EventOrigin;
}

/** Members of a message that take new values; undefined removes one. */
export type MessageChange = { [K in keyof MessageRecord]?: MessageRecord[K] | undefined };

/** A change of a message. `decide` sees it as it is when its turn comes, and may throw; null means nothing to do. */
export interface ChangeOperation {
  type: 'change';
  kind: ChangeRecord['kind'];
  chat: ChatRef;
  messageId: string;
  by: string;
  decide: (current: MessageRecord, at: Date) => MessageChange | null;
  origin?: EventOrigin;
}

export type CommitOperation = CreateOperation | ChangeOperation;

/** What an operation came to. */
export interface Committed {
  message: MessageRecord;
  /** `replay`: the clientId repeats and this is the original; `unchanged`: the change had nothing to do. */
  outcome: 'written' | 'replay' | 'unchanged';
}

/** An operation with the promise that its caller waits for. */
export interface QueuedOperation {
  operation: CommitOperation;
  bytes: number;
  attempts: number;
  resolve: (committed: Committed) => void;
  reject: (error: unknown) => void;
}

/** Told of each entry once it is on disk, in the order of each chat's log, before its caller. */
export type CommitListener = (operation: CommitOperation, message: MessageRecord) => void;
