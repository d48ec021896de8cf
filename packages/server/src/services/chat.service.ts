import { LOBBY_CHAT_ID, limits, ParleyError } from '@parley/protocol';
import type { ChatRecord, MembershipRecord } from '../models/chat.record.js';
import type { ChatCursor, ChatStore } from '../models/chat.store.js';
import type { MembershipStore } from '../models/membership.store.js';
import type { LatestOfChat, MessageReader } from '../models/message.reader.js';
import type { MessageRecord } from '../models/message.record.js';
import { isHiddenFor } from '../policies/chat.policy.js';
import type { Actor } from './actor.js';
import type { ChatDirectory } from './chat.directory.js';
import type { HeadWriter } from './commit/head.writer.js';
import type { ChatService, ChatView, DirectoryService } from './contracts.js';
import { viewMessage } from './message.views.js';
import { mergeReads } from './read.merger.js';
import type { UnreadCounter } from './unread.counter.js';

/** Chats that are looked through for unread messages when a device connects: the most recently active ones. */
const UNREAD_CHATS_MAX = 200;
/** Chats whose members may be told that somebody comes or goes. */
const RECENT_MAX = limits.presenceAudienceMax;

export interface ChatServiceDeps {
  chats: ChatDirectory;
  store: ChatStore;
  memberships: MembershipStore;
  reader: MessageReader;
  headWriter: HeadWriter;
  counter: UnreadCounter;
  users: Pick<DirectoryService, 'getMany'>;
}

export interface ChatViewer {
  /** Chats as one member sees them, in the given order. */
  view(userId: string, chats: readonly ChatRecord[]): Promise<ChatView[]>;
}

/** Lists of chats. What a chat contains is read from its messages, so that it is never older than an ack. */
export function createChatService(deps: ChatServiceDeps): ChatService & ChatViewer {
  const { chats, store, memberships, reader, headWriter, counter, users } = deps;
  // Everybody who connects asks for the lobby.
  const findChats = mergeReads(
    async (ids) => new Map((await store.findMany(ids)).map((chat) => [chat.id, chat])),
  );
  /** What both questions about someone who connects begin with. */
  const findRecent = mergeReads((userIds) => store.listOfMany(userIds, RECENT_MAX));
  const recentOf = async (userId: string, limit: number) =>
    ((await findRecent([userId])).get(userId) ?? []).slice(0, limit);

  async function view(userId: string, records: readonly ChatRecord[]): Promise<ChatView[]> {
    const ids = records.map(({ id }) => id);
    const [latest, marks, people] = await Promise.all([
      reader.latest(ids),
      watermarks(userId, records),
      users.getMany([...new Set(records.flatMap(({ participants }) => participants))]),
    ]);
    const ofUser = marks.filter((mark) => mark.userId === userId);
    const [lastMessages, unread] = await Promise.all([
      lastVisible(userId, latest),
      countUnread(userId, ids, latest, ofUser),
    ]);
    return records.map((chat) => {
      const newest = latest.get(chat.id);
      const last = lastMessages.get(chat.id);
      const ofChat = marks.filter(({ chatId }) => chatId === chat.id);
      return {
        chat: {
          ...chat,
          rev: newest?.head.rev ?? 0,
          lastSeq: newest?.head.seq ?? 0,
          lastActivity: newest?.lastMessage?.createdAt ?? chat.lastActivity,
        },
        participants: chat.participants.flatMap((id) => people.get(id) ?? []),
        lastMessage: last === undefined ? null : viewMessage(last, chat, ofChat, userId),
        unreadCount: unread.get(chat.id) ?? 0,
      };
    });
  }

  /** The last message of each chat that the user has not deleted for oneself. */
  async function lastVisible(
    userId: string,
    latest: ReadonlyMap<string, LatestOfChat>,
  ): Promise<Map<string, MessageRecord>> {
    const found = await Promise.all(
      [...latest].map(async ([chatId, { lastMessage }]) => {
        if (lastMessage === null || !isHiddenFor(userId, lastMessage))
          return [chatId, lastMessage ?? undefined] as const;
        return [chatId, (await reader.page(chatId, userId, { limit: 1 })).messages[0]] as const;
      }),
    );
    return new Map(found.flatMap(([chatId, message]) => (message === undefined ? [] : [[chatId, message]])));
  }

  /** Rooms have too many members to read the marks of all. */
  async function watermarks(userId: string, records: readonly ChatRecord[]): Promise<MembershipRecord[]> {
    const idsOf = (isRoom: boolean) =>
      records.filter(({ kind }) => (kind === 'room') === isRoom).map(({ id }) => id);
    const [ofAll, ofUser] = await Promise.all([
      memberships.ofChats(idsOf(false)),
      memberships.ofUser(userId, idsOf(true)),
    ]);
    return [...ofAll, ...ofUser];
  }

  function countUnread(
    userId: string,
    chatIds: readonly string[],
    latest: ReadonlyMap<string, LatestOfChat>,
    ofUser: readonly MembershipRecord[],
  ): Promise<Map<string, number>> {
    const readSeqs = new Map(ofUser.map(({ chatId, readSeq }) => [chatId, readSeq]));
    const questions = chatIds.map((chatId) => ({
      chatId,
      lastSeq: latest.get(chatId)?.head.seq ?? 0,
      readSeq: readSeqs.get(chatId) ?? 0,
    }));
    return counter.count(userId, questions);
  }

  /** A page by activity. The lobby has no list of members, so it is put in its place here once somebody has spoken. */
  async function page(
    userId: string,
    limit: number,
    list: () => Promise<ChatRecord[]>,
    cursor?: ChatCursor,
  ): Promise<ChatRecord[]> {
    await headWriter.flushOf(userId);
    const [own, found] = await Promise.all([list(), findChats([LOBBY_CHAT_ID])]);
    const lobby = found.get(LOBBY_CHAT_ID);
    if (lobby === undefined || lobby.lastSeq === 0 || (cursor !== undefined && !isBefore(lobby, cursor)))
      return own;
    return [...own, lobby].sort(byActivity).slice(0, limit);
  }

  return {
    view,

    async list(actor: Actor, query) {
      const cursor = query.cursor === undefined ? undefined : parseCursor(query.cursor);
      const limit = query.limit + 1;
      const found = await page(actor.userId, limit, () => store.listOf(actor.userId, limit, cursor), cursor);
      const shown = found.slice(0, query.limit);
      const last = shown.at(-1);
      const views = await view(actor.userId, shown);
      return {
        chats: views,
        ...(found.length > query.limit && last !== undefined && { nextCursor: formatCursor(last) }),
      };
    },

    async get(actor, chatId) {
      await chats.require(actor, chatId);
      const chat = await store.findById(chatId);
      if (chat === null) throw new ParleyError('chat_not_found');
      const head = (await reader.heads([chatId])).get(chatId);
      return { ...chat, rev: head?.rev ?? 0, lastSeq: head?.seq ?? 0 };
    },

    async findDirect(actor, userId) {
      const chat = await chats.findDirect(actor, userId);
      return chat === null ? null : store.findById(chat.id);
    },

    async contactsOf(userId, limit) {
      const recent = await recentOf(userId, limit);
      const contacts = new Set(recent.flatMap(({ participants }) => participants));
      contacts.delete(userId);
      return [...contacts].slice(0, limit);
    },

    async unreadOf(userId) {
      const recent = await page(userId, UNREAD_CHATS_MAX, () => recentOf(userId, UNREAD_CHATS_MAX));
      const ids = recent.map(({ id }) => id);
      const [latest, marks] = await Promise.all([reader.latest(ids), memberships.ofUser(userId, ids)]);
      const counts = await countUnread(userId, ids, latest, marks);
      const unread = [...counts]
        .map(([chatId, unreadCount]) => ({ chatId, unreadCount }))
        .filter(({ unreadCount }) => unreadCount > 0);
      return { total: unread.reduce((sum, { unreadCount }) => sum + unreadCount, 0), chats: unread };
    },
  };
}

function byActivity(a: ChatCursor, b: ChatCursor): number {
  return b.lastActivity.getTime() - a.lastActivity.getTime() || (a.id < b.id ? 1 : -1);
}

function isBefore(chat: ChatCursor, cursor: ChatCursor): boolean {
  return byActivity(cursor, chat) < 0;
}

function formatCursor({ lastActivity, id }: ChatCursor): string {
  return Buffer.from(`${lastActivity.getTime()}:${id}`).toString('base64url');
}

function parseCursor(text: string): ChatCursor {
  const parts = /^(\d{1,15}):([0-9a-f]{24})$/.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (parts?.[1] === undefined || parts[2] === undefined) {
    throw new ParleyError('invalid_request', {
      issues: [{ path: 'cursor', message: 'is not a cursor of this server' }],
    });
  }
  return { lastActivity: new Date(Number(parts[1])), id: parts[2] };
}
