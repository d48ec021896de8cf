import type { Chat, Message, Session, SyncChat, SyncResult, User } from '@parley/protocol';
import type { ChatRef } from '../models/chat.record.js';
import type { MessageRecord } from '../models/message.record.js';
import type { ChatView, MessageView, SessionView, SyncChatView, UserView } from '../services/contracts.js';

/** A user as everybody may see it. */
export function presentUser({ user, status, lastSeen }: UserView): User {
  return {
    id: user.id,
    _id: user.id,
    username: user.username,
    name: user.name,
    profilePicture: user.profilePicture,
    bio: user.bio,
    status,
    lastSeen: lastSeen?.toISOString() ?? null,
    isActive: user.isActive,
    createdAt: user.createdAt.toISOString(),
  };
}

/** A user as that user alone may see it: with the e-mail address, when there is one. */
export function presentOwnUser(view: UserView): User {
  const { email } = view.user;
  return email === null ? presentUser(view) : { ...presentUser(view), email };
}

/**
 * A message as `viewerId` sees it. The idempotency key is shown to its sender only, and a message that the viewer
 * has hidden looks like one that was deleted.
 */
export function presentMessage(view: MessageView, viewerId: string): Message {
  const { message, chat, isRead, readAt, delivered } = view;
  const receiver = receiverOf(message, chat);
  const hidden = message.hiddenFor?.find(({ userId }) => userId === viewerId);
  const deletedAt = message.deletedAt ?? hidden?.at;
  // Members are set one by one, not spread: three of these are made for each message that is sent.
  const presented: Message = {
    id: message.id,
    _id: message.id,
    chatId: message.chatId,
    seq: message.seq,
    rev: message.rev,
    sender: message.sender,
    content: deletedAt === undefined ? message.content : '',
    messageType: message.messageType,
    isRead,
    readAt: readAt?.toISOString() ?? null,
    delivered,
    timestamp: message.createdAt.toISOString(),
  };
  if (receiver !== undefined) presented.receiver = receiver;
  if (message.clientId !== undefined && message.sender === viewerId) presented.clientId = message.clientId;
  if (message.editedAt !== undefined) presented.editedAt = message.editedAt.toISOString();
  if (deletedAt !== undefined) presented.deletedAt = deletedAt.toISOString();
  if (hidden !== undefined) presented.hidden = true;
  return presented;
}

/** The other person of a direct chat; undefined in groups and rooms. */
export function receiverOf(message: Pick<MessageRecord, 'sender'>, chat: ChatRef): string | undefined {
  return chat.kind === 'direct' ? chat.participants.find((userId) => userId !== message.sender) : undefined;
}

/** A chat as `viewerId` sees it. */
export function presentChat(view: ChatView, viewerId: string): Chat {
  const { chat } = view;
  return {
    id: chat.id,
    _id: chat.id,
    participants: view.participants.map(presentUser),
    isGroup: chat.kind !== 'direct',
    groupName: chat.name,
    lastMessage: view.lastMessage === null ? null : presentMessage(view.lastMessage, viewerId),
    lastActivity: chat.lastActivity.toISOString(),
    unreadCount: view.unreadCount,
    lastSeq: chat.lastSeq,
    rev: chat.rev,
  };
}

/** The answer to a sync. */
export function presentSync(
  result: { epoch: string; chats: readonly SyncChatView[]; more: boolean },
  viewerId: string,
): SyncResult {
  const chats = result.chats.map((chat) => presentSyncChat(chat, viewerId));
  return { epoch: result.epoch, chats, more: result.more };
}

function presentSyncChat(view: SyncChatView, viewerId: string): SyncChat {
  return {
    chatId: view.chatId,
    rev: view.rev,
    more: view.more,
    ...(view.resync === undefined ? {} : { resync: view.resync }),
    ...(view.gone === undefined ? {} : { gone: view.gone }),
    ...(view.chat === undefined ? {} : { chat: presentChat(view.chat, viewerId) }),
    messages: view.messages.map((message) => presentMessage(message, viewerId)),
    watermarks: view.watermarks.map(({ userId, readSeq, deliveredSeq }) => ({
      userId,
      readSeq,
      deliveredSeq,
    })),
  };
}

/** A signed-in device, as its owner sees it. */
export function presentSession(view: SessionView): Session {
  return {
    id: view.id,
    agent: view.agent,
    address: view.address,
    createdAt: view.createdAt.toISOString(),
    lastUsedAt: view.lastUsedAt.toISOString(),
    current: view.current,
  };
}
