import { LOBBY_CHAT_ID } from '@parley/protocol';
import { type Connection, type mongo, Types } from 'mongoose';
import { isDuplicateKey } from '../database/database.errors.js';
import { type ChatDocument, chatCollection, toChatRecord } from './chat.model.js';
import type { ChatRecord } from './chat.record.js';
import { toObjectIds } from './object.id.js';

const oid = (id: string) => Types.ObjectId.createFromHexString(id);

/** Where a list of chats goes on: the last activity and id of the last one seen. */
export interface ChatCursor {
  lastActivity: Date;
  id: string;
}

/** Where a chat's own document says that it stands: a moment behind its log. */
export type ListedChat = Pick<ChatRecord, 'id' | 'lastActivity' | 'lastSeq'>;

/** What the newest entry of a chat's log says of the chat. */
export interface HeadUpdate {
  chatId: string;
  rev: number;
  /** These three are null when only changes came: they then stay as they are. */
  lastSeq: number | null;
  lastMessageId: string | null;
  lastActivity: Date | null;
}

/** Members whose chats are read at once, and how many chats those may have together: 300 kB. */
const TOGETHER = { members: 16, chats: 1_000 };

export type ChatStore = ReturnType<typeof createChatStore>;

/** The chats: found by pair or member, listed by last activity. */
export function createChatStore(connection: Connection) {
  const chats = chatCollection(connection);

  const newChat = (kind: ChatDocument['kind'], at: Date) =>
    ({ kind, lastSeq: 0, rev: 0, lastMessage: null, lastActivity: at, createdAt: at }) as const;

  async function list(filter: mongo.Filter<ChatDocument>, limit: number): Promise<ChatRecord[]> {
    const found = await chats.find(filter).sort({ lastActivity: -1, _id: -1 }).limit(limit).toArray();
    return found.map(toChatRecord);
  }

  async function listTogether(userIds: readonly string[], limit: number): Promise<Map<string, ChatRecord[]>> {
    if (userIds.length > 1) {
      const found = await list({ participants: { $in: userIds.map(oid) } }, TOGETHER.chats + 1);
      if (found.length <= TOGETHER.chats) return groupByMember(found, userIds, limit);
    }
    const lists = new Map<string, ChatRecord[]>();
    for (const userId of userIds) lists.set(userId, await list({ participants: oid(userId) }, limit));
    return lists;
  }

  return {
    /** Makes the lobby if there is none. */
    async ensureLobby(at: Date): Promise<void> {
      await chats.updateOne(
        { _id: oid(LOBBY_CHAT_ID) },
        { $setOnInsert: { ...newChat('room', at), participants: [], isGroup: true, groupName: 'Lobby' } },
        { upsert: true },
      );
    },

    async findById(id: string): Promise<ChatRecord | null> {
      const document = await chats.findOne({ _id: oid(id) });
      return document === null ? null : toChatRecord(document);
    },

    /** Those that exist; ids that are no ids are ids of nothing. */
    async findMany(ids: readonly string[]): Promise<ChatRecord[]> {
      if (ids.length === 0) return [];
      return (await chats.find({ _id: { $in: toObjectIds(ids) } }).toArray()).map(toChatRecord);
    },

    /** Direct chats by the key of their pair. */
    async findDirects(pairKeys: readonly string[]): Promise<Map<string, ChatRecord>> {
      if (pairKeys.length === 0) return new Map();
      return byPair(await chats.find({ pairKey: { $in: [...pairKeys] } }).toArray());
    },

    /** The direct chats of these pairs, made where there are none; two callers at once get the same ones. */
    async openDirects(pairKeys: readonly string[], at: Date): Promise<Map<string, ChatRecord>> {
      const made = pairKeys.map((pairKey) => ({
        _id: new Types.ObjectId(),
        pairKey,
        ...newChat('direct', at),
        participants: pairKey.split(':').map(oid),
        isGroup: false,
        groupName: null,
      }));
      try {
        await chats.insertMany(made, { ordered: false });
        return byPair(made);
      } catch (error) {
        // Some lost under the unique index: those chats are there already, and the others are now.
        if (!isDuplicateKey(error)) throw error;
        return byPair(await chats.find({ pairKey: { $in: [...pairKeys] } }).toArray());
      }
    },

    /** Chats of a member, the most recently active first. */
    async listOf(userId: string, limit: number, cursor?: ChatCursor): Promise<ChatRecord[]> {
      const after = cursor && {
        $or: [
          { lastActivity: { $lt: cursor.lastActivity } },
          { lastActivity: cursor.lastActivity, _id: { $lt: oid(cursor.id) } },
        ],
      };
      return list(
        {
          participants: oid(userId),
          ...(cursor && { lastActivity: { $lte: cursor.lastActivity } }),
          ...after,
        },
        limit,
      );
    },

    /**
     * Chats of each of these members, the most recently active first, up to `limit` each. One query for some of them as
     * long as those have few chats, which takes a third of the time; one query after the other, so that a crowd that
     * connects leaves connections of the database to those who send.
     */
    async listOfMany(userIds: readonly string[], limit: number): Promise<Map<string, ChatRecord[]>> {
      const lists = new Map<string, ChatRecord[]>();
      for (let start = 0; start < userIds.length; start += TOGETHER.members) {
        const some = userIds.slice(start, start + TOGETHER.members);
        for (const [userId, chatsOfUser] of await listTogether(some, limit)) lists.set(userId, chatsOfUser);
      }
      return lists;
    },

    /** The heads of all chats of a member, the most recently active first; `lastSeq` is 0 where nobody has written. */
    async headsOf(userId: string, limit: number): Promise<ListedChat[]> {
      const found = await chats
        .find({ participants: oid(userId) }, { projection: { lastActivity: 1, lastSeq: 1 } })
        .sort({ lastActivity: -1, _id: -1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id, lastActivity, lastSeq }) => ({
        id: _id.toHexString(),
        lastActivity,
        lastSeq,
      }));
    },

    /**
     * Moves heads forward; an update older than what is stored changes nothing but `lastMessage`, which is there for
     * people who look at the database. By id alone and with `$max`, which costs the engine half of a condition on `rev`.
     */
    async advanceHeads(updates: readonly HeadUpdate[]): Promise<void> {
      if (updates.length === 0) return;
      await chats.bulkWrite(
        updates.map(({ chatId, rev, lastSeq, lastMessageId, lastActivity }) => ({
          updateOne: {
            filter: { _id: oid(chatId) },
            update: {
              $max: {
                rev,
                ...(lastSeq !== null && { lastSeq }),
                ...(lastActivity !== null && { lastActivity }),
              },
              ...(lastMessageId !== null && { $set: { lastMessage: oid(lastMessageId) } }),
            },
          },
        })),
        { ordered: false },
      );
    },
  };
}

/** What a direct chat is found by: the ids of both, in one order. */
export function pairKeyOf(userId: string, otherId: string): string {
  return userId < otherId ? `${userId}:${otherId}` : `${otherId}:${userId}`;
}

function groupByMember(
  found: readonly ChatRecord[],
  userIds: readonly string[],
  limit: number,
): Map<string, ChatRecord[]> {
  const lists = new Map<string, ChatRecord[]>(userIds.map((userId) => [userId, []]));
  for (const chat of found) {
    for (const member of chat.participants) {
      const list = lists.get(member);
      if (list !== undefined && list.length < limit) list.push(chat);
    }
  }
  return lists;
}

function byPair(documents: readonly ChatDocument[]): Map<string, ChatRecord> {
  return new Map(documents.map((document) => [document.pairKey ?? '', toChatRecord(document)]));
}
