import { type Connection, Types } from 'mongoose';
import { isDuplicateKey } from '../database/database.errors.js';
import {
  type EntryDocument,
  type MessageDocument,
  messageCollection,
  toMessageRecord,
} from './message.model.js';
import type { MessageRecord } from './message.record.js';
import { type SearchDocument, searchCollection } from './search.model.js';

const oid = (id: string) => Types.ObjectId.createFromHexString(id);

/** MongoDB compares strings by their UTF-8 bytes: what begins with a prefix lies below it followed by this. */
const LAST_CODE_POINT = '\u{10FFFF}';

/** The longest that one query may take in the database, in milliseconds. */
const QUERY_MAX_MS = 1_000;

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
  /** All of them; at least one. */
  conditions: readonly TokenCondition[];
  sender?: string | undefined;
  before?: Date | undefined;
  after?: Date | undefined;
}

export type SearchStore = ReturnType<typeof createSearchStore>;

/** The index of words: written in batches, asked by ranges of tokens. */
export function createSearchStore(connection: Connection) {
  const index = searchCollection(connection);
  const entries = messageCollection(connection);

  /** Puts entries in the place of older ones. */
  async function replace(documents: readonly SearchDocument[]): Promise<void> {
    if (documents.length === 0) return;
    try {
      await index.bulkWrite(
        documents.map((document) => ({
          replaceOne: {
            filter: { _id: document._id, rev: { $lt: document.rev } },
            replacement: document,
            upsert: true,
          },
        })),
        { ordered: false },
      );
    } catch (error) {
      // The upsert of an entry that is there as new or newer: another node was faster.
      if (!isDuplicateKey(error)) throw error;
    }
  }

  return {
    /** Writes the entries of these messages; an entry older than what is stored changes nothing. */
    async write(batch: readonly SearchEntry[]): Promise<void> {
      const fresh = batch.filter(({ message }) => message.rev === message.createdRev).map(toSearchDocument);
      const changed = batch.filter(({ message }) => message.rev !== message.createdRev).map(toSearchDocument);
      try {
        if (fresh.length > 0) await index.insertMany(fresh, { ordered: false });
      } catch (error) {
        // It was written before, or another node has written a later state of it.
        if (!isDuplicateKey(error)) throw error;
      }
      await replace(changed);
    },

    /** Ids of messages that have all tokens, the newest first. */
    async find(filter: SearchFilter, limit: number): Promise<string[]> {
      const { chatIds, conditions, sender, before, after } = filter;
      if (chatIds.length === 0 || conditions.length === 0) return [];
      const at = { ...(before && { $lt: before }), ...(after && { $gt: after }) };
      const found = await index
        .find(
          {
            '_id.chat': { $in: chatIds.map(oid) },
            $and: conditions.map((condition) => ({ tokens: toTokenFilter(condition) })),
            ...(sender !== undefined && { sender: oid(sender) }),
            ...((before ?? after) && { at }),
          },
          { projection: { _id: 0, message: 1 }, maxTimeMS: QUERY_MAX_MS, hint: 'chat_token' },
        )
        .sort({ at: -1, '_id.seq': -1 })
        .limit(limit)
        .toArray();
      return found.flatMap(({ message }) => (message === undefined ? [] : [message.toHexString()]));
    },

    /** Of the messages that the last `entriesMax` entries of the log concern, those that are not found as they are. */
    async findUnindexed(entriesMax: number): Promise<MessageRecord[]> {
      const recent = await entries.find({}).sort({ $natural: -1 }).limit(entriesMax).toArray();
      const targets = recent.flatMap((entry) => ('target' in entry ? [entry.target] : []));
      const changed = await entries.find({ _id: { $in: targets } }).toArray();
      const messages = new Map(
        [...recent, ...changed].filter(isMessage).map((document) => [document._id.toHexString(), document]),
      );
      const indexed = await index
        .find(
          { _id: { $in: [...messages.values()].map(({ chatId, seq }) => ({ chat: chatId, seq })) } },
          { projection: { rev: 1 } },
        )
        .toArray();
      const revs = new Map(indexed.map(({ _id, rev }) => [`${_id.chat.toHexString()}:${_id.seq}`, rev]));
      return [...messages.values()]
        .filter(({ chatId, seq, changed }) => (revs.get(`${chatId.toHexString()}:${seq}`) ?? 0) < changed)
        .map(toMessageRecord);
    },
  };
}

function toTokenFilter(condition: TokenCondition) {
  if ('token' in condition) return { $eq: condition.token };
  // $elemMatch: of an array, plain bounds may be met by two different elements, and then bound no scan.
  return { $elemMatch: { $gte: condition.prefix, $lt: condition.prefix + LAST_CODE_POINT } };
}

function toSearchDocument({ message, tokens }: SearchEntry): SearchDocument {
  const document: SearchDocument = { _id: { chat: oid(message.chatId), seq: message.seq }, rev: message.rev };
  if (tokens === null) return document;
  return {
    ...document,
    message: oid(message.id),
    sender: oid(message.sender),
    at: message.createdAt,
    tokens: [...tokens],
  };
}

function isMessage(document: EntryDocument): document is MessageDocument {
  return 'seq' in document;
}
