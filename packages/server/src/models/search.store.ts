import { type Connection, type mongo, Types } from 'mongoose';
import { isDuplicateKey } from '../database/database.errors.js';
import { type SearchDocument, searchCollections } from './search.model.js';
import type { SearchEntry, SearchFilter, SearchHit, TokenCondition } from './search.record.js';
import { createSearchMarksStore } from './search-marks.store.js';

const oid = (id: string) => Types.ObjectId.createFromHexString(id);

/** MongoDB compares strings by their UTF-8 bytes: what begins with a prefix lies below it followed by this. */
const LAST_CODE_POINT = '\u{10FFFF}';

/** The longest that one query may take in the database, in milliseconds; one that takes longer fails with code 50. */
const QUERY_MAX_MS = 2_000;

/** The indexes that the queries stand on, by name: no query of a user may choose another plan. */
const BY_TOKEN = { hint: 'chat_token', maxTimeMS: QUERY_MAX_MS };
const BY_TIME = { hint: 'chat_at', maxTimeMS: QUERY_MAX_MS };

const NEWEST_FIRST = { at: -1 } as const;

type Filter = mongo.Filter<SearchDocument>;

export type SearchStore = ReturnType<typeof createSearchStore>;

/** The index of words: written in batches; asked by ranges of tokens, or from the newest message backwards. */
export function createSearchStore(connection: Connection) {
  const { entries } = searchCollections(connection);

  async function write(operation: Promise<unknown>): Promise<void> {
    try {
      await operation;
    } catch (error) {
      // The entry is there already, as new or newer: it was written before, or another node was faster.
      if (!isDuplicateKey(error)) throw error;
    }
  }

  /** The newest hits among the first `max` entries that an index finds, and how many it found, up to one more. */
  async function findBounded(
    found: Filter,
    wanted: Filter,
    { limit, max, by }: { limit: number; max: number; by: typeof BY_TOKEN },
  ): Promise<{ met: number; hits: SearchHit[] }> {
    const [answer] = await entries
      .aggregate<{ met: { count: number }[]; hits: Hit[] }>(
        [
          { $match: found },
          { $limit: max + 1 },
          {
            $facet: {
              met: [{ $count: 'count' }],
              hits: [{ $match: wanted }, { $sort: NEWEST_FIRST }, { $limit: limit }, { $project: { at: 1 } }],
            },
          },
        ],
        by,
      )
      .toArray();
    return { met: answer?.met[0]?.count ?? 0, hits: (answer?.hits ?? []).map(toHit) };
  }

  return {
    /** What the index does not know yet. */
    marks: createSearchMarksStore(connection),

    /** Writes the entries of these messages; one that is older than what is stored changes nothing. */
    async write(batch: readonly SearchEntry[]): Promise<void> {
      const fresh = batch.filter(({ message }) => message.rev === message.createdRev);
      const changed = batch.filter(({ message }) => message.rev !== message.createdRev).map(toDocument);
      if (fresh.length > 0) await write(entries.insertMany(fresh.map(toDocument), { ordered: false }));
      if (changed.length === 0) return;
      const replacements = changed.map((replacement) => ({
        replaceOne: {
          filter: { _id: replacement._id, rev: { $lt: replacement.rev } },
          replacement,
          upsert: true,
        },
      }));
      await write(entries.bulkWrite(replacements, { ordered: false }));
    },

    /**
     * The newest hits, by way of everything that meets the first condition; null when more than `max` entries do.
     * About 10 µs for a chat and 5 µs for an entry.
     */
    async findAmongFew(filter: SearchFilter, limit: number, max: number): Promise<SearchHit[] | null> {
      const [first, ...others] = filter.conditions;
      if (first === undefined) return [];
      const { met, hits } = await findBounded(
        { chat: inChats(filter), tokens: toTokenFilter(first) },
        { ...toTokenFilters(others), ...toTimeFilter(filter), ...toSenderFilter(filter) },
        { limit, max, by: BY_TOKEN },
      );
      return met > max ? null : hits;
    },

    /**
     * The newest hits in a stretch of time, by way of all messages in it; null when there are more than `max` of those.
     * `met` is how many there are. About 10 µs for a chat and 5 µs for a message.
     */
    async findInStretch(
      filter: SearchFilter,
      limit: number,
      max: number,
    ): Promise<{ met: number; hits: SearchHit[] } | null> {
      const found = await findBounded(
        { chat: inChats(filter), ...toTimeFilter(filter) },
        { ...toTokenFilters(filter.conditions), ...toSenderFilter(filter) },
        { limit, max, by: BY_TIME },
      );
      return found.met > max ? null : found;
    },

    /** The newest hits, whatever it takes: every entry that meets the first condition is looked at. */
    async findAmongAll(filter: SearchFilter, limit: number): Promise<SearchHit[]> {
      const hits = await entries
        .find(
          {
            chat: inChats(filter),
            ...toTokenFilters(filter.conditions),
            ...toTimeFilter(filter),
            ...toSenderFilter(filter),
          },
          { ...BY_TOKEN, projection: { at: 1 } },
        )
        .sort(NEWEST_FIRST)
        .limit(limit)
        .toArray();
      return (hits as Hit[]).map(toHit);
    },
  };
}

type Hit = Pick<SearchDocument, '_id'> & { at: Date };

function toHit({ _id, at }: Hit): SearchHit {
  return { id: _id.toHexString(), at };
}

function inChats({ chatIds }: SearchFilter) {
  return { $in: chatIds.map(oid) };
}

function toTimeFilter({ before, after }: SearchFilter): Filter {
  if (before === undefined && after === undefined) return {};
  return { at: { ...(before && { $lt: before }), ...(after && { $gt: after }) } };
}

function toSenderFilter({ sender }: SearchFilter): Filter {
  return sender === undefined ? {} : { sender: oid(sender) };
}

function toTokenFilters(conditions: readonly TokenCondition[]): Filter {
  return conditions.length === 0
    ? {}
    : { $and: conditions.map((condition) => ({ tokens: toTokenFilter(condition) })) };
}

function toTokenFilter(condition: TokenCondition) {
  if ('token' in condition) return { $eq: condition.token };
  // $elemMatch: of an array, plain bounds may be met by two different elements, and then bound no scan.
  return { $elemMatch: { $gte: condition.prefix, $lt: condition.prefix + LAST_CODE_POINT } };
}

function toDocument({ message, tokens }: SearchEntry): SearchDocument {
  const document: SearchDocument = { _id: oid(message.id), rev: message.rev };
  if (tokens === null) return document;
  const { chatId, createdAt, sender } = message;
  return { ...document, chat: oid(chatId), at: createdAt, sender: oid(sender), tokens: [...tokens] };
}
