import type { PresenceStatus, ProblemBody } from '@parley/protocol';
import type { ChatRef } from '../models/chat.record.js';
import type { MessageView, UserView } from '../services/contracts.js';

/** The dialects that Socket.IO connections speak; a connection speaks one at a time. */
export const socketDialectNames = ['canonical', 'classic', 'colon', 'sidebar'] as const;
export type SocketDialectName = (typeof socketDialectNames)[number];

/** One Socket.IO event as it goes out: its name and its payload. */
export type Packet = readonly [event: string, payload: unknown];

/** Who is shown how, as presence tells it. */
export interface PresenceChange {
  userId: string;
  username: string;
  status: PresenceStatus;
  lastSeen: Date | null;
}

/** How far a member is in a chat. */
export interface ReceiptChange {
  chat: ChatRef;
  userId: string;
  readSeq: number;
  deliveredSeq: number;
  messageId: string | null;
  at: Date;
}

/** Who types where. */
export interface TypingChange {
  chat: ChatRef;
  userId: string;
  isTyping: boolean;
  at: Date;
}

/** The names and shapes of one dialect. Null where the dialect has no word for it and its clients want none. */
export interface SocketDialect {
  readonly name: SocketDialectName;
  /** Whether the dialect knows this kind of chat. */
  knows(chat: ChatRef): boolean;
  /** Whether the sending connection is told of its own message like everybody else. */
  readonly echoesToSender: boolean;
  /** Whether the notice of a sent message carries its place, so that it must keep the order of the chat's events. */
  readonly ordersSentNotice: boolean;
  /** Whether unread messages are delivered on connecting, as its clients know no other way to catch up. */
  readonly deliversUnread: boolean;
  /** Whether it has a list of everybody online in place of notices of coming and going. */
  readonly listsOnline: boolean;
  /** `viewerId` is empty where the viewer is anybody but the sender. */
  newMessage(view: MessageView, viewerId: string): Packet;
  messageSent(view: MessageView, tempId?: string | number): Packet;
  messageUpdated(view: MessageView, viewerId: string): Packet;
  messageDeleted(view: MessageView, viewerId: string, scope: 'everyone' | 'me'): Packet;
  messageDelivered(change: ReceiptChange): Packet;
  messageRead(change: ReceiptChange): Packet;
  userOnline(change: PresenceChange): Packet | null;
  userOffline(change: PresenceChange): Packet | null;
  userStatusChanged(change: PresenceChange): Packet | null;
  typing(change: TypingChange): Packet;
  /** To the connection that was just authenticated. */
  authenticated(view: UserView): Packet;
  unreadCount(unread: { total: number; chats: { chatId: string; unreadCount: number }[] }): Packet | null;
  error(problem: ProblemBody): Packet;
}
