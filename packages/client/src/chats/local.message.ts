import type { Message } from '@parley/protocol';
import type { OutboxEntry, SendFailure } from '../outbox/outbox.entry.js';
import type { ChatState } from './chat.state.js';

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

/** How far the others have come in a chat: what all of them have. */
interface Reach {
  readSeq: number;
  deliveredSeq: number;
}

/** Makes local messages; the same message with the same status is the same object. */
export function createMessageViewer(userId: string) {
  const made = new WeakMap<Message, LocalMessage>();

  function reachOf(state: ChatState): Reach {
    const others =
      state.peerId === null ? state.participantIds.filter((id) => id !== userId) : [state.peerId];
    const marks = others.map((id) => state.marks.get(id));
    if (marks.length === 0) return { readSeq: 0, deliveredSeq: 0 };
    return {
      readSeq: Math.min(...marks.map((mark) => mark?.readSeq ?? 0)),
      deliveredSeq: Math.min(...marks.map((mark) => mark?.deliveredSeq ?? 0)),
    };
  }

  function statusOf(message: Message, state: ChatState, reach: Reach): MessageStatus {
    if (message.sender !== userId) return 'received';
    if (state.isRoom) return 'sent';
    if (message.seq <= reach.readSeq || message.isRead) return 'read';
    return message.seq <= reach.deliveredSeq || message.delivered ? 'delivered' : 'sent';
  }

  function viewOne(message: Message, state: ChatState, reach: Reach): LocalMessage {
    const status = statusOf(message, state, reach);
    const isOwn = message.sender === userId;
    // A room tells of one's own mark alone, so a message of one's own has no reader there.
    const isRead = isOwn ? status === 'read' : message.seq <= state.readSeqOf(userId) || message.isRead;
    const held = made.get(message);
    if (held?.status === status && held.isRead === isRead) return held;
    const delivered = message.delivered || status === 'read' || status === 'delivered';
    const key = (isOwn ? message.clientId : undefined) ?? message.id;
    const view: LocalMessage = { ...message, key, isOwn, status, isRead, delivered };
    made.set(message, view);
    return view;
  }

  return {
    view: (message: Message, state: ChatState): LocalMessage => viewOne(message, state, reachOf(state)),

    viewAll(messages: readonly Message[], state: ChatState): LocalMessage[] {
      const reach = reachOf(state);
      return messages.map((message) => viewOne(message, state, reach));
    },

    /** A message on its way. `id` is its clientId until the server has given it one; its `seq` is beyond all others. */
    viewEntry({ stored, acknowledged, state }: OutboxEntry): LocalMessage {
      if (acknowledged !== undefined) return viewOne(acknowledged, state, reachOf(state));
      const { clientId, failure } = stored;
      return {
        id: clientId,
        _id: clientId,
        key: clientId,
        clientId,
        chatId: state.key,
        seq: Number.MAX_SAFE_INTEGER,
        rev: 0,
        sender: userId,
        ...(state.peerId === null ? {} : { receiver: state.peerId }),
        content: stored.content,
        messageType: stored.messageType,
        isRead: false,
        readAt: null,
        delivered: false,
        timestamp: stored.createdAt,
        isOwn: true,
        status: failure === undefined ? 'pending' : 'failed',
        ...(failure === undefined ? {} : { failure }),
      };
    },
  };
}

export type MessageViewer = ReturnType<typeof createMessageViewer>;
