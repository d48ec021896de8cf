import { type Connection, mongo, Types } from 'mongoose';
import {
  type ChangeDocument,
  type EntryKey,
  isMessage,
  type MessageDocument,
  messageCollection,
  toEntryKey,
  toMessageRecord,
} from './message.model.js';
import type { ChatHead, MessageRecord } from './message.record.js';

const { MaxKey } = mongo;

const oid = (id: string) => Types.ObjectId.createFromHexString(id);

/** Which page of a chat: seqs are exclusive, `skip` counts from the newest. */
export interface PageRange {
  limit: number;
  before?: number | undefined;
  after?: number | undefined;
  skip?: number | undefined;
}

/** A stretch of a chat's log, as the messages are now. */
export interface ChangedMessages {
  /** By revision. */
  messages: MessageRecord[];
  /** The revision that the stretch reaches. */
  rev: number;
  more: boolean;
}

/** Where a chat stands, and its last message. */
export interface LatestOfChat {
  head: ChatHead;
  lastMessage: MessageRecord | null;
}

export type MessageReader = ReturnType<typeof createMessageReader>;

/** Reading the log of chats: heads, pages, changes, counts. All from indexes; `docs/architecture.md` names which. */
export function createMessageReader(connection: Connection) {
  const entries = messageCollection(connection);

  /** The revision of the newest change of each chat. One seek per chat (DISTINCT_SCAN), however long the chats are. */
  async function findChangeRevs(chatIds: readonly string[]): Promise<Map<string, number>> {
    const found = await entries.aggregate<EdgeOf<number>>(edgeOf(chatIds, 1, '$seq')).toArray();
    // A chat that nothing was changed in begins with its first message.
    return new Map(found.flatMap(({ _id, edge }) => (edge < 0 ? [[_id.toHexString(), -edge]] : [])));
  }

  /** Where chats stand: what `latest` gives. Two seeks per chat, and a read of the changes that came last. */
  async function findLatest(chatIds: readonly string[]): Promise<Map<string, Latest>> {
    if (chatIds.length === 0) return new Map();
    const [newest, changeRevs] = await Promise.all([
      entries.aggregate<EdgeOf<MessageDocument>>(edgeOf(chatIds, -1, '$$ROOT')).toArray(),
      findChangeRevs(chatIds),
    ]);
    const last = new Map(newest.map(({ _id, edge }) => [_id.toHexString(), edge]));
    const keys = [...changeRevs].flatMap(([chatId, rev]) =>
      rev > (last.get(chatId)?._id.rev ?? rev) ? [toEntryKey(chatId, rev)] : [],
    );
    const changes = keys.length === 0 ? [] : await entries.find({ _id: { $in: keys } }).toArray();
    const changeOf = new Map(
      (changes as ChangeDocument[]).map((change) => [change._id.chatId.toHexString(), change]),
    );
    return new Map(
      [...last].map(([chatId, message]) => {
        const change = changeOf.get(chatId);
        // The two seeks are two moments. A change that knows a later message than the one that was found came with that
        // message in between; what was found first is as true, only older.
        return [chatId, { message, last: change?.lastSeq === message.seq ? change : message }];
      }),
    );
  }

  /**
   * The messages among these that the user has deleted for oneself, by chat. Few chats have any, and a condition for each
   * chat is dear (80 µs of the engine), so those are looked for first.
   */
  async function countHiddenAmong(
    user: Types.ObjectId,
    conditions: readonly { '_id.chatId': Types.ObjectId }[],
  ): Promise<Counted[]> {
    const hint = 'hidden_messages';
    const $in = conditions.map((condition) => condition['_id.chatId']);
    const found = await entries
      .aggregate<Counted>([{ $match: { ...hiddenFrom(user), '_id.chatId': { $in } } }, COUNT_BY_CHAT], {
        hint,
      })
      .toArray();
    if (found.length === 0) return [];
    const chats = new Set(found.map(({ _id }) => _id.toHexString()));
    const $or = conditions.filter((condition) => chats.has(condition['_id.chatId'].toHexString()));
    return entries
      .aggregate<Counted>([{ $match: { ...hiddenFrom(user), $or } }, COUNT_BY_CHAT], { hint })
      .toArray();
  }

  return {
    /** Where chats stand, from the messages themselves. A chat without entries is absent. */
    async heads(chatIds: readonly string[]): Promise<Map<string, ChatHead>> {
      const found = await findLatest(chatIds);
      return new Map([...found].map(([chatId, latest]) => [chatId, toHead(latest)]));
    },

    /** The revision of each chat, from the index alone. A chat without entries is absent. */
    async revs(chatIds: readonly string[]): Promise<Map<string, number>> {
      if (chatIds.length === 0) return new Map();
      const [newest, changeRevs] = await Promise.all([
        entries.aggregate<EdgeOf<number>>(edgeOf(chatIds, -1, '$_id.rev')).toArray(),
        findChangeRevs(chatIds),
      ]);
      const messageRevs = newest.map(({ _id, edge }): [string, number] => [_id.toHexString(), edge]);
      return new Map(
        messageRevs.map(([chatId, rev]) => [chatId, Math.max(rev, changeRevs.get(chatId) ?? 0)]),
      );
    },

    /** Chats of the entries that were inserted last, in the storage's own order: no clock is asked. */
    async recentChats(entriesMax: number): Promise<string[]> {
      const found = await entries
        .find({}, { projection: { '_id.chatId': 1 } })
        .sort({ $natural: -1 })
        .limit(entriesMax)
        .toArray();
      return [...new Set(found.map(({ _id }) => _id.chatId.toHexString()))];
    },

    /** Where chats stand, with the last message of each. A chat without entries is absent. */
    async latest(chatIds: readonly string[]): Promise<Map<string, LatestOfChat>> {
      const found = await findLatest(chatIds);
      return new Map(
        [...found].map(([chatId, latest]) => [
          chatId,
          { head: toHead(latest), lastMessage: toMessageRecord(latest.message) },
        ]),
      );
    },

    async findById(id: string): Promise<MessageRecord | null> {
      const document = await entries.findOne({ id: oid(id), seq: { $gt: 0 } });
      return document === null ? null : toMessageRecord(document as MessageDocument);
    },

    /** The messages among these ids. */
    async findByIds(ids: readonly string[]): Promise<Map<string, MessageRecord>> {
      if (ids.length === 0) return new Map();
      const found = await entries.find({ id: { $in: ids.map(oid) }, seq: { $gt: 0 } }).toArray();
      return new Map(
        found.map((document) => [document.id.toHexString(), toMessageRecord(document as MessageDocument)]),
      );
    },

    /** One page, ascending, without what the viewer deleted for oneself, and whether there is more beyond it. */
    async page(
      chatId: string,
      viewerId: string,
      range: PageRange,
    ): Promise<{ messages: MessageRecord[]; hasMore: boolean }> {
      const forward = range.after !== undefined;
      // From the first message on: changes stand before it in the index.
      const seq: Record<string, number> = { $gt: range.after ?? 0 };
      if (range.before !== undefined) seq['$lt'] = range.before;
      const found = await entries
        .find({ '_id.chatId': oid(chatId), seq, 'hiddenFor.userId': { $ne: oid(viewerId) } } as Parameters<
          typeof entries.find
        >[0])
        .sort({ '_id.chatId': 1, seq: forward ? 1 : -1 })
        .skip(range.skip ?? 0)
        .limit(range.limit + 1)
        .toArray();
      const messages = found
        .slice(0, range.limit)
        .map((document) => toMessageRecord(document as MessageDocument));
      if (!forward) messages.reverse();
      return { messages, hasMore: found.length > range.limit };
    },

    /** What changed after a revision: one index scan, in order; messages that changed again are given once, as they are. */
    async changesAfter(chatId: string, rev: number, limit: number): Promise<ChangedMessages> {
      const found = await entries
        .find(entriesAfter(chatId, rev))
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray();
      const stretch = found.slice(0, limit);
      const messages = new Map<string, MessageRecord>();
      const keepNewer = (document: MessageDocument) => {
        const record = toMessageRecord(document);
        const held = messages.get(record.id);
        if (held === undefined || held.rev < record.rev) messages.set(record.id, record);
      };
      // Whoever is told of a revision without its change never asks for it again. So a change whose entry is on disk
      // counts although its message is about to be replaced, and a message that this scan passed before it was
      // replaced is read again.
      for (const document of stretch) {
        if (isMessage(document)) keepNewer(document);
        else if (document.next !== undefined) keepNewer(document.next);
      }
      const behind = stretch.flatMap((document) => {
        if (isMessage(document)) return [];
        const held = messages.get(document.target.toHexString());
        return held === undefined || held.rev < document._id.rev ? [document.target] : [];
      });
      const changed = behind.length === 0 ? [] : await entries.find({ id: { $in: behind } }).toArray();
      for (const document of changed) keepNewer(document as MessageDocument);
      return {
        messages: [...messages.values()].sort((a, b) => a.rev - b.rev),
        rev: stretch.at(-1)?._id.rev ?? rev,
        more: found.length > limit,
      };
    },

    /**
     * Messages of others above each `readSeq` that are neither deleted nor hidden, by chat; counted from the index
     * alone. A chat without any is absent.
     */
    async countUnread(
      userId: string,
      chats: readonly { chatId: string; readSeq: number }[],
    ): Promise<Map<string, number>> {
      if (chats.length === 0) return new Map();
      const user = oid(userId);
      const unread = chats.map(({ chatId, readSeq }) => ({
        '_id.chatId': oid(chatId),
        seq: { $gt: readSeq },
        sender: { $ne: user },
        deleted: false,
      }));
      const [all, hidden] = await Promise.all([
        entries
          .aggregate<Counted>([{ $match: { $or: unread } }, COUNT_BY_CHAT], { hint: 'chat_seq' })
          .toArray(),
        countHiddenAmong(user, unread),
      ]);
      const counts = new Map(all.map(({ _id, count }) => [_id.toHexString(), count]));
      for (const { _id, count } of hidden)
        counts.set(_id.toHexString(), (counts.get(_id.toHexString()) ?? 0) - count);
      return counts;
    },

    /** How many messages of a chat a user has deleted for oneself. */
    countHidden(chatId: string, userId: string): Promise<number> {
      return entries.countDocuments(
        { ...hiddenFrom(oid(userId)), '_id.chatId': oid(chatId) },
        { hint: 'hidden_messages' },
      );
    },
  };
}

type Counted = { _id: Types.ObjectId; count: number };

const COUNT_BY_CHAT = { $group: { _id: '$_id.chatId', count: { $sum: 1 } } };

/** What makes the partial index of hidden messages fit. */
function hiddenFrom(user: Types.ObjectId) {
  return { 'hiddenFor.userId': user, hiddenFor: { $exists: true } };
}

/** The newest message of a chat, and the newest entry that is known: the same message, or a change after it. */
interface Latest {
  message: MessageDocument;
  last: MessageDocument | ChangeDocument;
}

type EdgeOf<T> = { _id: Types.ObjectId; edge: T };

/**
 * The last entry of each chat by seq, which is its newest message, or the first, which is its newest change. $group with
 * $first after a sort on the same index becomes one seek per chat.
 */
function edgeOf(chatIds: readonly string[], direction: 1 | -1, expression: '$$ROOT' | '$_id.rev' | '$seq') {
  return [
    { $match: { '_id.chatId': { $in: chatIds.map(oid) } } },
    { $sort: { '_id.chatId': direction, seq: direction } } as const,
    { $group: { _id: '$_id.chatId', edge: { $first: expression } } },
  ];
}

/** The entries of a chat after a revision: a range of the log's own index. */
function entriesAfter(chatId: string, rev: number) {
  const end = { ...toEntryKey(chatId, rev), rev: new MaxKey() };
  return { _id: { $gt: toEntryKey(chatId, rev), $lt: end as unknown as EntryKey } };
}

function toHead({ message, last }: Latest): ChatHead {
  return { rev: last._id.rev, seq: message.seq, at: last.createdAt };
}
