import { type Connection, Types } from 'mongoose';
import {
  type ChangeDocument,
  type EntryDocument,
  type MessageDocument,
  messageCollection,
  toMessageRecord,
} from './message.model.js';
import type { ChatHead, MessageRecord } from './message.record.js';

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

  /** The newest entry of each chat. One seek per chat (DISTINCT_SCAN), however long the chats are. */
  async function findLast(chatIds: readonly string[]): Promise<EntryDocument[]> {
    if (chatIds.length === 0) return [];
    const found = await entries.aggregate<{ last: EntryDocument }>(lastOf(chatIds, '$$ROOT')).toArray();
    return found.map(({ last }) => last);
  }

  /**
   * The messages among these that the user has deleted for oneself, by chat. Few chats have any, and a condition for each
   * chat is dear (80 µs of the engine), so those are looked for first.
   */
  async function countHiddenAmong(
    user: Types.ObjectId,
    conditions: readonly { chatId: Types.ObjectId }[],
  ): Promise<Counted[]> {
    const hint = 'hidden_messages';
    const $in = conditions.map(({ chatId }) => chatId);
    const found = await entries
      .aggregate<Counted>([{ $match: { ...hiddenFrom(user), chatId: { $in } } }, COUNT_BY_CHAT], { hint })
      .toArray();
    if (found.length === 0) return [];
    const chats = new Set(found.map(({ _id }) => _id.toHexString()));
    const $or = conditions.filter(({ chatId }) => chats.has(chatId.toHexString()));
    return entries
      .aggregate<Counted>([{ $match: { ...hiddenFrom(user), $or } }, COUNT_BY_CHAT], { hint })
      .toArray();
  }

  return {
    /** Where chats stand, from the messages themselves. A chat without entries is absent. */
    async heads(chatIds: readonly string[]): Promise<Map<string, ChatHead>> {
      // One read for both numbers: two reads with a send between them would pair a new rev with an old seq.
      const last = await findLast(chatIds);
      return new Map(last.map((document) => [document.chatId.toHexString(), toHead(document)]));
    },

    /** The revision of each chat, from the index alone. A chat without entries is absent. */
    async revs(chatIds: readonly string[]): Promise<Map<string, number>> {
      if (chatIds.length === 0) return new Map();
      const found = await entries
        .aggregate<{ _id: Types.ObjectId; last: number }>(lastOf(chatIds, '$rev'))
        .toArray();
      return new Map(found.map(({ _id, last }) => [_id.toHexString(), last]));
    },

    /** Chats of the entries that were inserted last, in the storage's own order: no clock is asked. */
    async recentChats(entriesMax: number): Promise<string[]> {
      const found = await entries
        .find({}, { projection: { _id: 0, chatId: 1 } })
        .sort({ $natural: -1 })
        .limit(entriesMax)
        .toArray();
      return [...new Set(found.map(({ chatId }) => chatId.toHexString()))];
    },

    /** Where chats stand, with the last message of each. */
    async latest(chatIds: readonly string[]): Promise<Map<string, LatestOfChat>> {
      const last = await findLast(chatIds);
      const changed = last.filter((document) => !isMessage(document)) as ChangeDocument[];
      const behind =
        changed.length === 0
          ? []
          : await entries
              .find({ $or: changed.map(({ chatId, lastSeq }) => ({ chatId, seq: lastSeq })) })
              .toArray();
      const messages = [...last, ...behind].filter(isMessage).map(toMessageRecord);
      const byChat = new Map(messages.map((message) => [message.chatId, message]));
      return new Map(
        last.map((document) => {
          const chatId = document.chatId.toHexString();
          return [chatId, { head: toHead(document), lastMessage: byChat.get(chatId) ?? null }];
        }),
      );
    },

    async findById(id: string): Promise<MessageRecord | null> {
      const document = await entries.findOne({ _id: oid(id), seq: { $exists: true } });
      return document === null ? null : toMessageRecord(document as MessageDocument);
    },

    /** The messages among these ids. */
    async findByIds(ids: readonly string[]): Promise<Map<string, MessageRecord>> {
      if (ids.length === 0) return new Map();
      const found = await entries.find({ _id: { $in: ids.map(oid) }, seq: { $exists: true } }).toArray();
      return new Map(
        found.map((document) => [document._id.toHexString(), toMessageRecord(document as MessageDocument)]),
      );
    },

    /** One page, ascending, without what the viewer deleted for oneself, and whether there is more beyond it. */
    async page(
      chatId: string,
      viewerId: string,
      range: PageRange,
    ): Promise<{ messages: MessageRecord[]; hasMore: boolean }> {
      const forward = range.after !== undefined;
      // From the first message on: changes, which have no number, stand before it in the index.
      const seq: Record<string, number> = { $gt: range.after ?? 0 };
      if (range.before !== undefined) seq['$lt'] = range.before;
      const found = await entries
        .find({ chatId: oid(chatId), seq, 'hiddenFor.userId': { $ne: oid(viewerId) } } as Parameters<
          typeof entries.find
        >[0])
        .sort({ chatId: 1, seq: forward ? 1 : -1 })
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
        .find({ chatId: oid(chatId), rev: { $gt: rev } })
        .sort({ chatId: 1, rev: 1 })
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
        return held === undefined || held.rev < document.rev ? [document.target] : [];
      });
      const changed = behind.length === 0 ? [] : await entries.find({ _id: { $in: behind } }).toArray();
      for (const document of changed) keepNewer(document as MessageDocument);
      return {
        messages: [...messages.values()].sort((a, b) => a.rev - b.rev),
        rev: stretch.at(-1)?.rev ?? rev,
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
        chatId: oid(chatId),
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
        { ...hiddenFrom(oid(userId)), chatId: oid(chatId) },
        { hint: 'hidden_messages' },
      );
    },
  };
}

type Counted = { _id: Types.ObjectId; count: number };

const COUNT_BY_CHAT = { $group: { _id: '$chatId', count: { $sum: 1 } } };

/** What makes the partial index of hidden messages fit. */
function hiddenFrom(user: Types.ObjectId) {
  return { 'hiddenFor.userId': user, hiddenFor: { $exists: true } };
}

/** $group with $first after a sort on the same index becomes one seek per chat. */
function lastOf(chatIds: readonly string[], expression: '$$ROOT' | '$rev') {
  return [
    { $match: { chatId: { $in: chatIds.map(oid) } } },
    { $sort: { chatId: -1, rev: -1 } } as const,
    { $group: { _id: '$chatId', last: { $first: expression } } },
  ];
}

function toHead(document: EntryDocument): ChatHead {
  return {
    rev: document.rev,
    seq: isMessage(document) ? document.seq : document.lastSeq,
    at: document.createdAt,
  };
}

function isMessage(document: EntryDocument): document is MessageDocument {
  return !('change' in document && (document as ChangeDocument).change !== undefined);
}
