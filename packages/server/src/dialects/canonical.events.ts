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
  newMessage(view, viewerId) {
    const message: ServerEventPayload<'new_message'> = Object.assign(presentMessage(view, viewerId), {
      messageId: view.message.id,
    });
    return event('new_message', message);
  },
  messageSent({ message }) {
    const { id: messageId, chatId, clientId, seq, rev } = message;
    const sent: ServerEventPayload<'message_sent'> = {
      messageId,
      chatId,
      timestamp: message.createdAt.toISOString(),
      seq,
      rev,
    };
    if (clientId !== undefined) sent.clientId = clientId;
    return event('message_sent', sent);
  },
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
