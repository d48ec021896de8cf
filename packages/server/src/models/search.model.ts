import { type Connection, Schema, type Types } from 'mongoose';
import type { IndexDefinition } from '../database/indexes.js';

/**
 * What a message is found by, in a collection apart from the messages: it is written in batches off the path of an
 * ack, it can be thrown away and made again, and a scan of it touches no texts.
 * See docs/decisions/0005-message-search.md.
 */
export interface SearchDocument {
  /** The id of the message. */
  _id: Types.ObjectId;
  /** The message's revision when its words were taken. */
  rev: number;
  /** These are absent once the message is deleted for everyone; the sparse indexes then know nothing of it. */
  chat?: Types.ObjectId;
  at?: Date;
  sender?: Types.ObjectId;
  tokens?: string[];
}

/** Up to when a node has indexed what it wrote; there as long as the node runs, or when it crashed. */
export interface SearchMarkDocument {
  /** A random id of the node, or `built`: the index covers everything that is older than the marks. */
  _id: string;
  since: Date;
}

export const searchIndexes: IndexDefinition[] = [
  // Few hits: all of them at once, wherever they lie.
  {
    collection: 'search_entries',
    key: { chat: 1, tokens: 1 },
    options: { name: 'chat_token', sparse: true },
  },
  // Many hits: the newest messages one after the other, until there are enough.
  { collection: 'search_entries', key: { chat: 1, at: -1 }, options: { name: 'chat_at', sparse: true } },
];

const { ObjectId } = Schema.Types;

const entrySchema = new Schema<SearchDocument>(
  {
    rev: { type: Number, required: true },
    chat: ObjectId,
    at: Date,
    sender: ObjectId,
    tokens: { type: [String], default: undefined },
  },
  { collection: 'search_entries', versionKey: false },
);

const markSchema = new Schema<SearchMarkDocument>(
  { _id: { type: String, required: true }, since: { type: Date, required: true } },
  { collection: 'search_marks', versionKey: false },
);

/** The collections, as the driver gives them. */
export function searchCollections(connection: Connection) {
  const entries = connection.models['SearchEntry'] ?? connection.model('SearchEntry', entrySchema);
  const marks = connection.models['SearchMark'] ?? connection.model('SearchMark', markSchema);
  const database = connection.getClient().db(connection.name);
  return {
    entries: database.collection<SearchDocument>(entries.collection.collectionName),
    marks: database.collection<SearchMarkDocument>(marks.collection.collectionName),
  };
}
