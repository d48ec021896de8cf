import { LOBBY_CHAT_ID, type MarkReadInput, ParleyError } from '@parley/protocol';
import type { ChatRef } from '../models/chat.record.js';
import type { MembershipStore } from '../models/membership.store.js';
import type { MessageReader } from '../models/message.reader.js';
import type { Actor } from './actor.js';
import type { ChatDirectory } from './chat.directory.js';
import type { ReadResult, ReceiptService } from './contracts.js';
import type { ReceiptLedger } from './receipt.ledger.js';
import type { UnreadCounter } from './unread.counter.js';

/** The lobby's side of a registration. */
export interface LobbyNewcomers {
  /** What was said in the lobby before somebody came counts as read. */
  welcome(userId: string): Promise<void>;
}

export interface ReceiptServiceDeps {
  chats: ChatDirectory;
  store: MembershipStore;
  reader: MessageReader;
  ledger: ReceiptLedger;
  counter: UnreadCounter;
  now: () => Date;
}

/** The rules of receipts: forward only, never beyond the last message, and a read message was received. */
export function createReceiptService({
  chats,
  store,
  reader,
  ledger,
  counter,
  now,
}: ReceiptServiceDeps): ReceiptService & LobbyNewcomers {
  async function findTarget(
    actor: Actor,
    input: MarkReadInput,
  ): Promise<{ chat: ChatRef; seq: number; messageId: string | null }> {
    const ids = input.messageIds ?? (input.messageId === undefined ? [] : [input.messageId]);
    if (ids.length === 0 && input.chatId !== undefined) {
      const chat = await chats.require(actor, input.chatId);
      const lastSeq = await lastSeqOf(chat.id);
      return { chat, seq: Math.min(input.upTo ?? lastSeq, lastSeq), messageId: null };
    }
    const messages = await reader.findByIds(ids);
    const ofOneChat = new Set([...messages.values()].map(({ chatId }) => chatId));
    const chatId = input.chatId ?? [...ofOneChat][0];
    if (messages.size < new Set(ids).size || chatId === undefined) throw new ParleyError('message_not_found');
    const chat = await chats.require(actor, chatId, 'message_not_found');
    if (ofOneChat.size > 1 || !ofOneChat.has(chatId)) throw new ParleyError('message_not_found');
    const newest = [...messages.values()].reduce((a, b) => (b.seq > a.seq ? b : a));
    return { chat, seq: newest.seq, messageId: newest.id };
  }

  async function lastSeqOf(chatId: string): Promise<number> {
    return (await reader.heads([chatId])).get(chatId)?.seq ?? 0;
  }

  return {
    async welcome(userId) {
      const seq = await lastSeqOf(LOBBY_CHAT_ID);
      const lobby: ChatRef = { id: LOBBY_CHAT_ID, kind: 'room', participants: [] };
      if (seq > 0) await ledger.advanceRead(lobby, userId, seq, now(), null);
    },

    async markRead(actor: Actor, input: MarkReadInput): Promise<ReadResult> {
      const { chat, seq, messageId } = await findTarget(actor, input);
      if (seq > 0) await ledger.advanceRead(chat, actor.userId, seq, now(), messageId);
      const mark = (await store.ofUser(actor.userId, [chat.id]))[0];
      const readSeq = mark?.readSeq ?? 0;
      const unread = await counter.count(actor.userId, [
        { chatId: chat.id, lastSeq: await lastSeqOf(chat.id), readSeq },
      ]);
      return { chatId: chat.id, readSeq, unreadCount: unread.get(chat.id) ?? 0 };
    },

    noteDelivered(chat, userId, seq) {
      // A room has everyone for a member: its deliveries would be a write for each of them and a notice to all.
      if (chat.kind !== 'room') ledger.noteDelivered(chat, userId, seq);
    },

    async watermarksOf(chat) {
      return (await store.ofChats([chat.id])).map(({ userId, readSeq, deliveredSeq, readAt }) => ({
        userId,
        readSeq,
        deliveredSeq,
        readAt,
      }));
    },
  };
}
