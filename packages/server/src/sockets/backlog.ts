import type { DomainEvents } from '../events/domain.events.js';
import type { MessageView } from '../services/contracts.js';
import { viewNewMessage } from '../services/message.views.js';
import type { EdgeContext } from './edge.types.js';
import type { SocketIoConnection } from './socketio.connection.js';

/** Chats whose unread messages are delivered on connecting: the most recently active ones. */
const CHATS_MAX = 50;

/**
 * Delivers unread messages to a connection of a dialect that knows no other way to catch up: the newest, bounded in
 * count and bytes, oldest first; and what is sent meanwhile, each message once. The connection must hear no live
 * messages until `release` is called, in the same breath, and hear them from then on.
 */
export async function deliverBacklog(
  context: EdgeContext,
  connection: SocketIoConnection,
  release: () => void,
): Promise<void> {
  const { bus, services, logger } = context;
  const { actor, dialect, socket } = connection;
  if (actor === null) return;
  const meanwhile: MessageView[] = [];
  const unsubscribe = bus.subscribe(
    'message.created',
    ({ message, chat, origin }: DomainEvents['message.created']) => {
      const isMine = chat.kind === 'direct' && chat.participants.includes(actor.userId);
      if (isMine && origin?.connectionId !== connection.id) meanwhile.push(viewNewMessage(message, chat));
    },
  );
  let unread: MessageView[] = [];
  try {
    unread = await findUnread(context, connection);
  } catch (error) {
    logger.warn({ err: error, connection: connection.id }, 'unread messages could not be delivered');
  } finally {
    unsubscribe();
  }
  if (!socket.connected) return;
  const newest = new Map<string, MessageView>();
  for (const view of inOrder([...unread, ...meanwhile])) {
    connection.send(dialect.newMessage(view, actor.userId));
    if (view.message.sender !== actor.userId) newest.set(view.chat.id, view);
  }
  release();
  for (const { chat, message } of newest.values())
    services.receipts.noteDelivered(chat, actor.userId, message.seq);
}

async function findUnread(
  { services, limits }: EdgeContext,
  { actor }: SocketIoConnection,
): Promise<MessageView[]> {
  if (actor === null) return [];
  const { chats } = await services.chats.unreadOf(actor.userId);
  const found: MessageView[] = [];
  for (const { chatId } of chats.slice(0, CHATS_MAX)) {
    const { messages, chat } = await services.messages.pageOfChat(actor, chatId, { limit: limits.pageMax });
    if (chat?.kind !== 'direct') continue;
    for (const view of messages) {
      const { sender, deletedAt } = view.message;
      if (sender !== actor.userId && !view.isRead && deletedAt === undefined) found.push(view);
    }
  }
  return takeNewest(inOrder(found), limits.syncDefault, limits.connectionOutboxMaxBytes / 4);
}

/** Each message once, by time; within a chat by its number, whatever the clocks of several nodes say. */
function inOrder(views: readonly MessageView[]): MessageView[] {
  const bySeq = [...new Map(views.map((view) => [view.message.id, view])).values()];
  bySeq.sort((a, b) => a.message.seq - b.message.seq);
  const reached = new Map<string, number>();
  const timed = bySeq.map((view) => {
    const time = Math.max(view.message.createdAt.getTime(), reached.get(view.chat.id) ?? 0);
    reached.set(view.chat.id, time);
    return { view, time };
  });
  return timed.sort((a, b) => a.time - b.time).map(({ view }) => view);
}

function takeNewest(views: readonly MessageView[], max: number, maxBytes: number): MessageView[] {
  const taken: MessageView[] = [];
  let bytes = 0;
  for (const view of views.slice(-max).reverse()) {
    bytes += Buffer.byteLength(view.message.content);
    if (bytes > maxBytes && taken.length > 0) break;
    taken.push(view);
  }
  return taken.reverse();
}
