import { type Connection, Schema, type Types } from 'mongoose';
import type { IndexDefinition } from '../database/indexes.js';
import type { ChatKind, ChatRecord } from './chat.record.js';

export interface ChatDocument {
  _id: Types.ObjectId;
  kind: ChatKind;
  /** Both ids of a direct chat, sorted: the pair has one chat. */
  pairKey?: string;
  participants: Types.ObjectId[];
  isGroup: boolean;
  groupName: string | null;
  lastSeq: number;
  rev: number;
  lastMessage: Types.ObjectId | null;
  lastActivity: Date;
  createdAt: Date;
}

export const chatIndexes: IndexDefinition[] = [
  {
    collection: 'chats',
    key: { pairKey: 1 },
    options: { name: 'pair', unique: true, partialFilterExpression: { pairKey: { $exists: true } } },
  },
  {
    collection: 'chats',
    key: { participants: 1, lastActivity: -1, _id: -1 },
    options: { name: 'participant_activity' },
  },
];

const { ObjectId } = Schema.Types;

const chatSchema = new Schema<ChatDocument>(
  {
    kind: { type: String, enum: ['direct', 'group', 'room'], required: true },
    pairKey: String,
    participants: [{ type: ObjectId, ref: 'User' }],
    isGroup: { type: Boolean, default: false },
    groupName: { type: String, default: null },
    lastSeq: { type: Number, default: 0 },
    rev: { type: Number, default: 0 },
    lastMessage: { type: ObjectId, ref: 'Message', default: null },
    lastActivity: { type: Date, required: true },
    createdAt: { type: Date, required: true },
  },
  { collection: 'chats', versionKey: false },
);

/** The collection of chats, as the driver gives it. */
export function chatCollection(connection: Connection) {
  const model = connection.models['Chat'] ?? connection.model('Chat', chatSchema);
  return connection.getClient().db(connection.name).collection<ChatDocument>(model.collection.collectionName);
}

/** From storage to a record. */
export function toChatRecord(document: ChatDocument): ChatRecord {
  return {
    id: document._id.toHexString(),
    kind: document.kind,
    participants: document.participants.map((id) => id.toHexString()),
    name: document.groupName,
    lastSeq: document.lastSeq,
    rev: document.rev,
    lastActivity: document.lastActivity,
    createdAt: document.createdAt,
  };
}
