import { content, id } from '@parley/protocol';
import { z } from 'zod';
import { canonicalDialect } from '../canonical.events.js';
import type { SocketDialect } from '../socket.dialect.js';
import { presentColonMessage } from './colon.presenter.js';

/**
 * What correlates a `message:sent` with its `message:send`. Never an idempotency key: clients of this dialect count
 * from "temp-1" on every page load, and the second page's first message is not the first page's.
 */
const tempId = z.union([z.string().max(128), z.number()]);

/** Events that clients of the colon dialect send; a connection that sends one speaks the dialect from then on. */
export const colonClientEvents = {
  'user:connect': z.union([id.transform((userId) => ({ userId })), z.object({ userId: id })]),
  'message:send': z
    .object({ to: id, text: content, tempId: tempId.optional() })
    .transform(({ to, text, tempId }) => ({
      input: { to, content: text, messageType: 'text' as const },
      tempId,
    })),
  'user:typing': z.object({ to: id, isTyping: z.boolean().default(true) }),
} as const;

/** The colon document's events from the server; canonical where it names none. */
export const colonDialect: SocketDialect = {
  ...canonicalDialect,
  name: 'colon',
  knows: ({ kind }) => kind === 'direct',
  ordersSentNotice: false,
  deliversUnread: true,
  newMessage: (view, viewerId) => ['message:received', { message: presentColonMessage(view, viewerId) }],
  messageSent: (view, tempId) => [
    'message:sent',
    { message: presentColonMessage(view, view.message.sender), ...(tempId === undefined ? {} : { tempId }) },
  ],
  userOnline: ({ userId }) => ['user:online', { userId }],
  userOffline: ({ userId, lastSeen }) => [
    'user:offline',
    { userId, lastSeen: lastSeen?.toISOString() ?? null },
  ],
  typing: ({ chat, userId, isTyping }) => [
    'user:typing',
    { from: userId, userId, isTyping, conversationId: chat.id },
  ],
  // Unread messages themselves are delivered instead.
  unreadCount: () => null,
};
