import type { ServerEventName, ServerEventPayload } from '@parley/protocol';
import { presentMessage, presentOwnUser } from './canonical.presenter.js';
import type { SocketDialect } from './socket.dialect.js';

/** A packet whose payload is held to the event table of protocol. */
function event<N extends ServerEventName>(
  name: N,
  payload: ServerEventPayload<N>,
): readonly [N, ServerEventPayload<N>] {
  return [name, payload];
}

/** The canonical events. The other dialects take over whatever their documents do not name. */
export const canonicalDialect: SocketDialect = {
  name: 'canonical',
  knows: () => true,
  echoesToSender: false,
  ordersSentNotice: true,
  deliversUnread: false,
  listsOnline: false,
  newMessage: (view, viewerId) =>
    event('new_message', { messageId: view.message.id, ...presentMessage(view, viewerId) }),
  messageSent: ({ message }) =>
    event('message_sent', {
      messageId: message.id,
      chatId: message.chatId,
      timestamp: message.createdAt.toISOString(),
      ...(message.clientId === undefined ? {} : { clientId: message.clientId }),
      seq: message.seq,
      rev: message.rev,
    }),
  messageUpdated: (view, viewerId) => event('message_updated', presentMessage(view, viewerId)),
  messageDeleted: (view, viewerId, scope) =>
    event('message_deleted', { ...presentMessage(view, viewerId), for: scope }),
  messageDelivered: ({ chat, userId, deliveredSeq }) =>
    event('message_delivered', { chatId: chat.id, userId, deliveredSeq }),
  messageRead: ({ chat, userId, readSeq, messageId, at }) =>
    event('message_read', {
      messageId,
      readAt: at.toISOString(),
      readerId: userId,
      chatId: chat.id,
      readSeq,
    }),
  userOnline: ({ userId, username, status }) => event('user_online', { userId, username, status }),
  userOffline: ({ userId, username, status }) => event('user_offline', { userId, username, status }),
  userStatusChanged: ({ userId, status, lastSeen }) =>
    event('user_status_changed', { userId, status, lastSeen: lastSeen?.toISOString() ?? null }),
  typing: ({ chat, userId, isTyping, at }) =>
    event('typing_status', { from: userId, chatId: chat.id, isTyping, timestamp: at.toISOString() }),
  authenticated: (view) => event('authenticated', { user: presentOwnUser(view) }),
  unreadCount: (unread) => event('unread_count', unread),
  error: ({ message, code }) => event('error', { message, code }),
};
