import type { DomainEvents } from '../events/domain.events.js';
import type { ChatRef } from '../models/chat.record.js';
import type { MessageView } from '../services/contracts.js';
import { viewNewMessage } from '../services/message.views.js';
import type { EdgeContext } from './edge.types.js';
import type { SocketIoConnection } from './socketio.connection.js';

/** Chats whose unread messages are delivered on connecting: the most recently active ones. */
const CHATS_MAX = 50;

/**
 * Delivers unread messages to a connection of a dialect that knows no other way to catch up: the newest, bounded in
 * count and bytes, oldest first. What is sent meanwhile follows, each message once. `join` is called when the
 * connection may hear live messages, without anything in between; also after a failure, and never when it is gone.
 */
export async function deliverBacklog(
  context: EdgeContext,
  connection: SocketIoConnection,
  join: () => void,
): Promise<void> {
  const { bus, services, logger } = context;
  const { actor, dialect, socket } = connection;
  if (actor === null) return;
  const meanwhile: DomainEvents['message.created'][] = [];
  const unsubscribe = bus.subscribe('message.created', (event) => {
    if (event.chat.kind === 'direct' && event.chat.participants.includes(actor.userId)) meanwhile.push(event);
  });
  let unread: MessageView[] = [];
  try {
    unread = await findUnread(context, connection);
  } catch (error) {
    logger.warn({ err: error, connection: connection.id }, 'unread messages could not be delivered');
  } finally {
    unsubscribe();
  }
  if (!socket.connected) return;
  const sent = new Set<string>();
  const last = new Map<string, { chat: ChatRef; seq: number }>();
  for (const view of unread) {
    connection.send(dialect.newMessage(view, actor.userId));
    sent.add(view.message.id);
    last.set(view.chat.id, { chat: view.chat, seq: view.message.seq });
  }
  for (const { message, chat, origin } of meanwhile) {
    if (sent.has(message.id) || origin?.connectionId === connection.id) continue;
    connection.send(dialect.newMessage(viewNewMessage(message, chat), actor.userId));
    if (message.sender !== actor.userId) last.set(chat.id, { chat, seq: message.seq });
  }
  for (const { chat, seq } of last.values()) services.receipts.noteDelivered(chat, actor.userId, seq);
  join();
}

async function findUnread(
  { services, limits }: EdgeContext,
  { actor }: SocketIoConnection,
): Promise<MessageView[]> {
  if (actor === null) return [];
  const { chats } = await services.chats.unreadOf(actor.userId);
  const found: MessageView[] = [];
  for (const { chatId, unreadCount } of chats.slice(0, CHATS_MAX)) {
    const { messages, chat } = await services.messages.pageOfChat(actor, chatId, { limit: limits.pageMax });
    if (chat?.kind !== 'direct') continue;
    const unread = messages.filter(
      ({ message, isRead }) => message.sender !== actor.userId && !isRead && message.deletedAt === undefined,
    );
    found.push(...unread.slice(-unreadCount));
  }
  found.sort(
    (a, b) => a.message.createdAt.getTime() - b.message.createdAt.getTime() || a.message.seq - b.message.seq,
  );
  return takeNewest(found, limits.syncDefault, limits.connectionOutboxMaxBytes / 4);
}

function takeNewest(views: readonly MessageView[], max: number, maxBytes: number): MessageView[] {
  let bytes = 0;
  const fitting = views
    .slice(-max)
    .reverse()
    .findIndex(({ message }) => {
      bytes += Buffer.byteLength(message.content);
      return bytes > maxBytes;
    });
  return views.slice(-(fitting < 0 ? max : Math.max(fitting, 1)));
}
