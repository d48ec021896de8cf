import type { Message, MessageType } from '@parley/protocol';
import type { ChatTarget } from '../chats/chat.book.js';
import type { LocalMessage } from '../chats/local.message.js';
import type { Workspace } from '../live/workspace.js';
import type { Readable } from '../observable.js';
import type { CallRoute, RouteQuery } from '../protocol.types.js';
import { createUuidV7 } from '../uuid.v7.js';

/** A message to be sent. */
export type OutgoingMessage = ChatTarget & {
  content: string;
  /** Default `text`. */
  messageType?: MessageType;
  /**
   * A key of your own in place of a fresh one: the same key is the same message, for ever. `answer:<message id>` makes
   * a bot answer once, whatever happens to it in between.
   */
  clientId?: string;
};

/** A message that was handed over for sending. */
export interface SentMessage {
  /** The key under which the server knows it, however often it is sent. */
  clientId: string;
  /** As it is now; an open timeline shows how it goes on. */
  message: LocalMessage;
  /** Resolves once the server has it on disk; rejects when the server refuses it. */
  acknowledged: Promise<Message>;
}

/** Messages: sending, changing, finding. */
export interface MessagesApi {
  /**
   * Takes a message and returns at once. It is kept until the server has it: through lost connections, reloads and
   * refusals for a while, in the order of its chat, and never twice.
   */
  send(message: OutgoingMessage): SentMessage;
  /** Sends a failed message again. */
  retry(clientId: string): void;
  /** Drops a message that has not been sent. */
  discard(clientId: string): void;
  /** How many messages the server does not have yet, failed ones among them. */
  readonly pending: Readable<number>;
  /** Changes the text of a message of one's own. `forbidden`, `message_deleted`, `edit_limit_reached`. */
  edit(messageId: string, content: string): Promise<LocalMessage>;
  /** Deletes a message of one's own for everyone, or any message for oneself. */
  remove(messageId: string, scope?: 'everyone' | 'me'): Promise<LocalMessage>;
  /** Messages that contain every word, newest first; `chats.open(…).jumpTo(hit.seq)` shows one in its place. */
  search(query: RouteQuery<'searchMessages'>): Promise<LocalMessage[]>;
}

export interface MessagesDeps {
  call: CallRoute;
  pending: Readable<number>;
  workspace: () => Workspace;
}

/** The messages half of the client. */
export function createMessagesApi({ call, pending, workspace }: MessagesDeps): MessagesApi {
  /** Applies what a call has changed, in its turn. */
  function take({ message }: { message: Message }): LocalMessage {
    const { book, log, viewer } = workspace();
    const state = book.byId(message.chatId);
    log.offer(state, message);
    return viewer.view(message, state);
  }

  return {
    pending,
    send(outgoing) {
      const { content, messageType = 'text', clientId = createUuidV7() } = outgoing;
      const { book, outbox, viewer } = workspace();
      const entry = outbox.add({ chatKey: book.open(outgoing).key, content, messageType, clientId });
      return { clientId, message: viewer.viewEntry(entry), acknowledged: entry.done };
    },
    retry: (clientId) => workspace().outbox.retry(clientId),
    discard: (clientId) => workspace().outbox.discard(clientId),
    edit: async (id, content) => take(await call('editMessage', { params: { id }, body: { content } })),
    remove: async (id, scope = 'everyone') =>
      take(await call('deleteMessage', { params: { id }, query: { for: scope } })),
    async search(query) {
      const { messages } = await call('searchMessages', { query });
      const { book, viewer } = workspace();
      return messages.map((message) => viewer.view(message, book.byId(message.chatId)));
    },
  };
}
