import type { Message } from '@parley/protocol';
import type { OutboxEntry, SendFailure } from '../outbox/outbox.entry.js';
import type { ChatState, Mark } from './chat.state.js';

/** `received`: of somebody else. The rest tells how far a message of one's own has come. */
export type MessageStatus = 'pending' | 'sent' | 'delivered' | 'read' | 'failed' | 'received';

/** A message as an application shows it: the server's, or one that is still on its way there. */
export interface LocalMessage extends Message {
  /** The same from the first moment on, on whatever device; for lists that are rendered by key. */
  key: string;
  isOwn: boolean;
  status: MessageStatus;
  /** Why it was refused; `messages.retry(clientId)` tries again. */
  failure?: SendFailure;
}

export type MessageViewer = ReturnType<typeof createMessageViewer>;

/** Makes local messages; the same message with the same status is the same object. */
export function createMessageViewer(userId: string) {
  const made = new WeakMap<Message, LocalMessage>();

  /** How far all of the others have come. */
  function reachOf({ peerId, participantIds, isRoom, marks }: ChatState): Mark {
    const others = peerId ? [peerId] : participantIds.filter((id) => id !== userId);
    const least = (field: keyof Mark) =>
      others.length > 0 && !isRoom ? Math.min(...others.map((id) => marks.get(id)?.[field] ?? 0)) : 0;
    return { readSeq: least('readSeq'), deliveredSeq: least('deliveredSeq') };
  }

  function viewOne(message: Message, state: ChatState, reach: Mark): LocalMessage {
    const { seq } = message;
    const isOwn = message.sender === userId;
    // A room tells of one's own mark alone, so a message of one's own has no reader there.
    const isRead =
      seq <= (isOwn ? reach.readSeq : state.readSeqOf(userId)) ||
      (message.isRead && !(isOwn && state.isRoom));
    const delivered = isRead || seq <= reach.deliveredSeq || (message.delivered && !state.isRoom);
    const status = !isOwn ? 'received' : isRead ? 'read' : delivered ? 'delivered' : 'sent';
    let view = made.get(message);
    if (view?.status !== status || view.isRead !== isRead) {
      view = { ...message, key: (isOwn && message.clientId) || message.id, isOwn, status, isRead, delivered };
      made.set(message, view);
    }
    return view;
  }

  return {
    viewAll(messages: readonly Message[], state: ChatState): LocalMessage[] {
      const reach = reachOf(state);
      return messages.map((message) => viewOne(message, state, reach));
    },

    view: (message: Message, state: ChatState) => viewOne(message, state, reachOf(state)),

    /** A message on its way. `id` is its clientId until the server has given it one; its `seq` is beyond all others. */
    viewEntry({ stored, acknowledged, state }: OutboxEntry): LocalMessage {
      if (acknowledged) return viewOne(acknowledged, state, reachOf(state));
      const { clientId, content, messageType, createdAt, failure } = stored;
      return {
        id: clientId,
        _id: clientId,
        key: clientId,
        clientId,
        chatId: state.key,
        seq: Number.MAX_SAFE_INTEGER,
        rev: 0,
        sender: userId,
        ...(state.peerId && { receiver: state.peerId }),
        content,
        messageType,
        isRead: false,
        readAt: null,
        delivered: false,
        timestamp: createdAt,
        isOwn: true,
        status: failure ? 'failed' : 'pending',
        ...(failure && { failure }),
      };
    },
  };
}
