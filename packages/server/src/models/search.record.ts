import type { MessageRecord } from './message.record.js';

/** What a message is found by. */
export interface SearchEntry {
  message: MessageRecord;
  /** Null when the message is deleted for everyone. */
  tokens: readonly string[] | null;
}

/** One thing that a message must have: a token, or one that begins so. */
export type TokenCondition = { token: string } | { prefix: string };

/** Which messages are looked for. Dates are exclusive. */
export interface SearchFilter {
  chatIds: readonly string[];
  /** All of them; at least one. The first one is what the index of tokens is asked for. */
  conditions: readonly TokenCondition[];
  sender?: string | undefined;
  before?: Date | undefined;
  after?: Date | undefined;
}

/** A message that has the tokens. */
export interface SearchHit {
  id: string;
  at: Date;
}

/** A stretch of the log of all chats, from the newest backwards. */
export interface UnindexedPage {
  /** Messages that the index does not know as they are. */
  missing: MessageRecord[];
  /** Where the next stretch begins; null at the end. */
  next: string | null;
}
