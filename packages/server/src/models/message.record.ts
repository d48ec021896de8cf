import type { MessageType } from '@parley/protocol';

/** A message as stored, ids as strings. */
export interface MessageRecord {
  id: string;
  chatId: string;
  /** Number in the chat: 1, 2, 3, without holes. */
  seq: number;
  /** The chat's revision at the last change of this message. */
  rev: number;
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
  /** Users who deleted the message for themselves. */
  hiddenFor?: string[];
}
