import { type Connection, Schema, type Types } from 'mongoose';
import type { IndexDefinition } from '../database/indexes.js';

/**
 * The collection `search` holds what each message is found by, apart from the messages: it is written in batches off
 * the path of an ack, and can be thrown away and made again. See docs/decisions/0005-message-search.md.
 */
export interface SearchDocument {
  /** The message's place, which never changes: in the order of this key lie the messages of a chat. */
  _id: SearchKey;
  /** The message's revision when its words were taken. */
  rev: number;
  message?: Types.ObjectId;
  sender?: Types.ObjectId;
  at?: Date;
  /** Absent, as all members above but `rev`, once the message is deleted for everyone. */
  tokens?: string[];
}

export interface SearchKey {
  chat: Types.ObjectId;
  seq: number;
}

export const searchIndexes: IndexDefinition[] = [
  { collection: 'search', key: { '_id.chat': 1, tokens: 1, at: -1 }, options: { name: 'chat_token' } },
];

const { ObjectId } = Schema.Types;

const searchSchema = new Schema<SearchDocument>(
  {
    _id: {
      type: new Schema(
        { chat: { type: ObjectId, required: true }, seq: { type: Number, required: true } },
        { _id: false },
      ),
      required: true,
    },
    rev: { type: Number, required: true },
    message: ObjectId,
    sender: ObjectId,
    at: Date,
    tokens: { type: [String], default: undefined },
  },
  { collection: 'search', versionKey: false },
);

/** The collection, as the driver gives it. */
export function searchCollection(connection: Connection) {
  const model = connection.models['Search'] ?? connection.model('Search', searchSchema);
  return connection
    .getClient()
    .db(connection.name)
    .collection<SearchDocument>(model.collection.collectionName);
}
