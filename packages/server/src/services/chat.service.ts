import { limits, LOBBY_CHAT_ID, ParleyError } from '@parley/protocol';
import type { ChatRecord, MembershipRecord } from '../models/chat.record.js';
import type { ChatCursor, ChatStore } from '../models/chat.store.js';
import type { MembershipStore } from '../models/membership.store.js';
import type { MessageReader } from '../models/message.reader.js';
import type { MessageRecord } from '../models/message.record.js';
import { isHiddenFor } from '../policies/chat.policy.js';
import type { Actor } from './actor.js';
import type { ChatDirectory } from './chat.directory.js';
import type { HeadWriter } from './commit/head.writer.js';
import type { ChatService, ChatView, DirectoryService } from './contracts.js';
import { viewMessage } from './message.views.js';

/** Chats that are looked through for unread messages when a device connects: the most recently active ones. */
const UNREAD_CHATS_MAX = 200;

export interface ChatServiceDeps {
  chats: ChatDirectory;
  store: ChatStore;
  memberships: MembershipStore;
  reader: MessageReader;
  headWriter: HeadWriter;
  users: Pick<DirectoryService, 'getMany'>;
}

export interface ChatViewer {
  /** Chats as one member sees them, in the given order. */
  view(userId: string, chats: readonly ChatRecord[]): Promise<ChatView[]>;
}

/** Lists of chats. What a chat contains is read from its messages, so that it is never older than an ack. */
export function createChatService(deps: ChatServiceDeps): ChatService & ChatViewer {
  const { chats, store, memberships, reader, headWriter, users } = deps;

  async function view(userId: string, records: readonly ChatRecord[]): Promise<ChatView[]> {
    const ids = records.map(({ id }) => id);
    const [heads, lastMessages, marks, people] = await Promise.all([
      reader.heads(ids),
      lastVisible(userId, ids),
      watermarks(userId, records),
      users.getMany([...new Set(records.flatMap(({ participants }) => participants))]),
    ]);
    return Promise.all(
      records.map(async (chat) => {
        const head = heads.get(chat.id) ?? { rev: 0, seq: 0, at: null };
        const last = lastMessages.get(chat.id);
        const ofChat = marks.filter(({ chatId }) => chatId === chat.id);
        const lastActivity = last !== undefined && last.createdAt > chat.lastActivity ? last.createdAt : chat.lastActivity;
        return {
          chat: { ...chat, rev: head.rev, lastSeq: head.seq, lastActivity },
          participants: chat.participants.flatMap((id) => people.get(id) ?? []),
          lastMessage: last === undefined ? null : viewMessage(last, chat, ofChat, userId),
          unreadCount: await countUnread(userId, chat.id, head.seq, ofChat),
        };
      }),
    );
  }

  /** The last message of each chat that the user has not deleted for oneself. */
  async function lastVisible(userId: string, chatIds: readonly string[]): Promise<Map<string, MessageRecord>> {
    const last = await reader.lastMessages(chatIds);
    for (const message of last.values()) {
      if (!isHiddenFor(userId, message)) continue;
      const { messages } = await reader.page(message.chatId, userId, { limit: 1 });
      if (messages[0] === undefined) last.delete(message.chatId);
      else last.set(message.chatId, messages[0]);
    }
    return last;
  }

  /** Rooms have too many members to read the marks of all. */
  async function watermarks(userId: string, records: readonly ChatRecord[]): Promise<MembershipRecord[]> {
    const idsOf = (isRoom: boolean) => records.filter(({ kind }) => (kind === 'room') === isRoom).map(({ id }) => id);
    const [ofAll, ofUser] = await Promise.all([memberships.ofChats(idsOf(false)), memberships.ofUser(userId, idsOf(true))]);
    return [...ofAll, ...ofUser];
  }

  async function countUnread(userId: string, chatId: string, lastSeq: number, marks: readonly MembershipRecord[]): Promise<number> {
    const readSeq = marks.find((mark) => mark.userId === userId)?.readSeq ?? 0;
    return lastSeq > readSeq ? reader.countUnread(chatId, userId, readSeq, limits.unreadCountMax) : 0;
  }

  /** A page by activity. The lobby has no list of members, so it is put in its place here once somebody has spoken. */
  async function page(userId: string, limit: number, cursor?: ChatCursor): Promise<ChatRecord[]> {
    await headWriter.flushOf(userId);
    const [own, lobby] = await Promise.all([store.listOf(userId, limit, cursor), store.findById(LOBBY_CHAT_ID)]);
    if (lobby === null || lobby.lastSeq === 0 || (cursor !== undefined && !isBefore(lobby, cursor))) return own;
    return [...own, lobby].sort(byActivity).slice(0, limit);
  }

  return {
    view,

    async list(actor: Actor, query) {
      const cursor = query.cursor === undefined ? undefined : parseCursor(query.cursor);
      const found = await page(actor.userId, query.limit + 1, cursor);
      const shown = found.slice(0, query.limit);
      const last = shown.at(-1);
      const views = await view(actor.userId, shown);
      return { chats: views, ...(found.length > query.limit && last !== undefined && { nextCursor: formatCursor(last) }) };
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
      const recent = await store.listOf(userId, limit);
      const contacts = new Set(recent.flatMap(({ participants }) => participants));
      contacts.delete(userId);
      return [...contacts].slice(0, limit);
    },

    async unreadOf(userId) {
      const recent = await page(userId, UNREAD_CHATS_MAX);
      const ids = recent.map(({ id }) => id);
      const [heads, marks] = await Promise.all([reader.heads(ids), memberships.ofUser(userId, ids)]);
      const counted = await Promise.all(
        ids.map(async (chatId) => ({
          chatId,
          unreadCount: await countUnread(userId, chatId, heads.get(chatId)?.seq ?? 0, marks.filter((mark) => mark.chatId === chatId)),
        })),
      );
      const unread = counted.filter(({ unreadCount }) => unreadCount > 0);
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
    throw new ParleyError('invalid_request', { issues: [{ path: 'cursor', message: 'is not a cursor of this server' }] });
  }
  return { lastActivity: new Date(Number(parts[1])), id: parts[2] };
}
