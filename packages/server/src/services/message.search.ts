import type { MessageRecord } from '../models/message.record.js';
import type { Actor } from './actor.js';
import type { SearchQuery } from './contracts.js';

/** Finding messages by their words. */
export interface MessageSearch {
  /** Messages of the actor's chats that match, newest first. Throws `chat_not_found` for a foreign `chatId`. */
  find(actor: Actor, query: SearchQuery): Promise<MessageRecord[]>;
  /** A message was written, edited, deleted or hidden: soon it is found by its new words, or not at all. */
  note(message: MessageRecord): void;
  /** Everything noted is on disk. */
  close(): Promise<void>;
}
