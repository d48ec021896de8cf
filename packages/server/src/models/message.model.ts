import { messageType } from '@parley/protocol';
import { type Connection, Schema, Types } from 'mongoose';
import type { IndexDefinition } from '../database/indexes.js';
import type { ChangeRecord, MessageRecord } from './message.record.js';

/**
 * Where an entry stands in the logs of all chats. It is the `_id` of the entry, so that one index gives the log its
 * order and keeps two writers from the same revision. The order of the fields is part of it.
 */
export interface EntryKey {
  chatId: Types.ObjectId;
  /** The revision that the entry was made at. */
  rev: number;
}

/**
 * The collection `messages` is the log of a chat: every entry holds one revision of it for ever. An entry is either a
 * message, or a change (edit, deletion) of an earlier one. Because a revision is never freed, a writer with a stale
 * head can only fail, never slip in behind a reader. See docs/decisions/0002-log-of-a-chat.md.
 */
export interface MessageDocument {
  _id: EntryKey;
  /** What the wire calls `_id`. */
  id: Types.ObjectId;
  seq: number;
  /** The revision of its last change; what the wire calls `rev`. */
  changed: number;
  sender: Types.ObjectId;
  content: string;
  messageType: MessageRecord['messageType'];
  clientId?: string;
  bodyDigest?: string;
  createdAt: Date;
  /** Explicit, never absent, so that an index alone can count what is not deleted. */
  deleted: boolean;
  editedAt?: Date;
  deletedAt?: Date;
  history?: { content: string; at: Date }[];
  hiddenFor?: { userId: Types.ObjectId; at: Date }[];
}

/** A change of an earlier message. While `pending`, `next` is the state that the target is about to take. */
export interface ChangeDocument {
  _id: EntryKey;
  id: Types.ObjectId;
  /**
   * Minus its revision. A change is none of the numbered messages; so it stands before the first of them in the index
   * by seq, the newest change at the very beginning.
   */
  seq: number;
  /** The seq of the last message before it. */
  lastSeq: number;
  change: ChangeRecord['kind'];
  /** The id of the message. */
  target: Types.ObjectId;
  by: Types.ObjectId;
  createdAt: Date;
  pending?: true;
  next?: MessageDocument;
}

export type EntryDocument = MessageDocument | ChangeDocument;

export function isMessage(document: EntryDocument): document is MessageDocument {
  return document.seq > 0;
}

export const messageIndexes: IndexDefinition[] = [
  // A message by its id. Not unique: ids are made by the server, and to ask whether one is there costs more than the
  // index itself.
  { collection: 'messages', key: { id: 1 }, options: { name: 'entry_id' } },
  // Paging, counting unread messages, and where chats stand, from the index alone.
  {
    collection: 'messages',
    key: { '_id.chatId': 1, seq: 1, '_id.rev': 1, sender: 1, deleted: 1 },
    options: { name: 'chat_seq' },
  },
  // One effect: a clientId is one message of its sender, for ever.
  {
    collection: 'messages',
    key: { sender: 1, clientId: 1 },
    options: {
      name: 'sender_clientId',
      unique: true,
      partialFilterExpression: { clientId: { $exists: true } },
    },
  },
  // Changes that a crash left half applied.
  {
    collection: 'messages',
    key: { '_id.chatId': 1, '_id.rev': 1, pending: 1 },
    options: { name: 'pending_changes', partialFilterExpression: { pending: true } },
  },
  {
    collection: 'messages',
    key: { 'hiddenFor.userId': 1, '_id.chatId': 1, seq: 1 },
    options: { name: 'hidden_messages', partialFilterExpression: { hiddenFor: { $exists: true } } },
  },
];

const { ObjectId } = Schema.Types;

/** The schema, for tools that look at the database with Mongoose; the store writes plain documents of this shape. */
export const messageSchema = new Schema<EntryDocument>(
  {
    _id: { chatId: { type: ObjectId, required: true }, rev: { type: Number, required: true } },
    id: { type: ObjectId, required: true },
    seq: { type: Number, required: true },
    changed: Number,
    sender: ObjectId,
    content: String,
    messageType: { type: String, enum: messageType.options },
    clientId: String,
    bodyDigest: String,
    createdAt: { type: Date, required: true },
    deleted: Boolean,
    editedAt: Date,
    deletedAt: Date,
    history: { type: [{ _id: false, content: String, at: Date }], default: undefined },
    hiddenFor: { type: [{ _id: false, userId: ObjectId, at: Date }], default: undefined },
    lastSeq: Number,
    change: { type: String, enum: ['edit', 'delete', 'hide'] },
    target: ObjectId,
    by: ObjectId,
    pending: Boolean,
    next: Schema.Types.Mixed,
  },
  { collection: 'messages', versionKey: false, strict: true, id: false },
);

/** The collection of entries, as the driver gives it: the hot path makes no Mongoose documents. */
export function messageCollection(connection: Connection) {
  const model = connection.models['Message'] ?? connection.model('Message', messageSchema);
  return connection
    .getClient()
    .db(connection.name)
    .collection<EntryDocument>(model.collection.collectionName);
}

export function toEntryKey(chatId: string, rev: number): EntryKey {
  return { chatId: Types.ObjectId.createFromHexString(chatId), rev };
}

/** From storage to a record. */
export function toMessageRecord(document: MessageDocument): MessageRecord {
  const record: MessageRecord = {
    id: document.id.toHexString(),
    chatId: document._id.chatId.toHexString(),
    seq: document.seq,
    rev: document.changed,
    createdRev: document._id.rev,
    sender: document.sender.toHexString(),
    content: document.content,
    messageType: document.messageType,
    createdAt: document.createdAt,
  };
  if (document.clientId !== undefined) record.clientId = document.clientId;
  if (document.bodyDigest !== undefined) record.bodyDigest = document.bodyDigest;
  if (document.editedAt !== undefined) record.editedAt = document.editedAt;
  if (document.deletedAt !== undefined) record.deletedAt = document.deletedAt;
  if (document.history !== undefined) record.history = document.history;
  if (document.hiddenFor !== undefined)
    record.hiddenFor = document.hiddenFor.map(({ userId, at }) => ({ userId: userId.toHexString(), at }));
  return record;
}

/** From a record to storage. */
export function toMessageDocument(record: MessageRecord): MessageDocument {
  const document: MessageDocument = {
    _id: toEntryKey(record.chatId, record.createdRev),
    id: Types.ObjectId.createFromHexString(record.id),
    seq: record.seq,
    changed: record.rev,
    sender: Types.ObjectId.createFromHexString(record.sender),
    content: record.content,
    messageType: record.messageType,
    createdAt: record.createdAt,
    deleted: record.deletedAt !== undefined,
  };
  if (record.clientId !== undefined) document.clientId = record.clientId;
  if (record.bodyDigest !== undefined) document.bodyDigest = record.bodyDigest;
  if (record.editedAt !== undefined) document.editedAt = record.editedAt;
  if (record.deletedAt !== undefined) document.deletedAt = record.deletedAt;
  if (record.history !== undefined) document.history = record.history;
  if (record.hiddenFor !== undefined)
    document.hiddenFor = record.hiddenFor.map(({ userId, at }) => ({
      userId: Types.ObjectId.createFromHexString(userId),
      at,
    }));
  return document;
}
