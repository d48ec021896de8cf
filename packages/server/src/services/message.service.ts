import { hash } from 'node:crypto';
import { limits, ParleyError, type SendInput } from '@parley/protocol';
import type { DomainEventBus, DomainEvents, EventOrigin } from '../events/domain.events.js';
import type { ChatRef } from '../models/chat.record.js';
import type { MembershipStore } from '../models/membership.store.js';
import type { MessageReader, PageRange } from '../models/message.reader.js';
import type { MessageRecord } from '../models/message.record.js';
import { isHiddenFor, mayChange } from '../policies/chat.policy.js';
import type { Actor } from './actor.js';
import type { ChatDirectory } from './chat.directory.js';
import type { ChangeOperation, Committed, CreateOperation } from './commit/commit.operation.js';
import type { CommitQueue } from './commit/commit.queue.js';
import type { MessagePage, MessageService, MessageView, ReceiptService, SendResult } from './contracts.js';
import type { MessageSearch } from './message.search.js';
import { viewMessage, viewNewMessage } from './message.views.js';

/**
 * Sends after which the map of those under way is made anew. V8 links each former table of a map to the next one: once one
 * of them is in the old generation, the messages in all later ones outlive their send, until that is collected. It takes two
 * collections to get there, and a flood brings a thousand sends in the time between two.
 */
const UNDER_WAY_RENEWED = 1_000;

export interface MessageServiceDeps {
  chats: ChatDirectory;
  queue: CommitQueue;
  reader: MessageReader;
  memberships: MembershipStore;
  receipts: Pick<ReceiptService, 'noteDelivered'>;
  search: MessageSearch;
}

/** The rules of messages. Every entry, on whatever transport, comes through here. */
export function createMessageService({
  chats,
  queue,
  reader,
  memberships,
  receipts,
  search,
}: MessageServiceDeps): MessageService {
  /** Sends with a clientId that are under way: the same key meanwhile is the same send. */
  let underWay = new Map<string, { digest: string; committed: Promise<Committed> }>();
  let sends = 0;

  async function viewAll(
    messages: readonly MessageRecord[],
    chat: ChatRef,
    viewerId: string,
  ): Promise<MessageView[]> {
    if (messages.length === 0) return [];
    const marks =
      chat.kind === 'room'
        ? await memberships.ofUser(viewerId, [chat.id])
        : await memberships.ofChats([chat.id]);
    return messages.map((message) => viewMessage(message, chat, marks, viewerId));
  }

  async function viewOne(message: MessageRecord, chat: ChatRef, viewerId: string): Promise<MessageView> {
    return (await viewAll([message], chat, viewerId))[0] ?? viewNewMessage(message, chat);
  }

  /** A message that the actor can see, with its chat. */
  async function requireMessage(
    actor: Actor,
    messageId: string,
  ): Promise<{ message: MessageRecord; chat: ChatRef }> {
    const message = await reader.findById(messageId);
    if (message === null) throw new ParleyError('message_not_found');
    const chat = await chats.require(actor, message.chatId, 'message_not_found');
    if (isHiddenFor(actor.userId, message)) throw new ParleyError('message_not_found');
    return { message, chat };
  }

  /** The chat of a send. */
  function findTarget(actor: Actor, { chatId, to }: SendInput): Promise<ChatRef> {
    return chatId !== undefined ? chats.require(actor, chatId) : chats.openDirect(actor, to ?? '');
  }

  async function change(
    actor: Actor,
    chat: ChatRef,
    operation: Omit<ChangeOperation, 'type' | 'chat' | 'by'>,
  ): Promise<MessageView> {
    const { message } = await queue.commit({ type: 'change', chat, by: actor.userId, ...operation });
    return viewOne(message, chat, actor.userId);
  }

  async function pageOf(actor: Actor, chat: ChatRef, range: PageRange): Promise<MessagePage> {
    const { messages, hasMore } = await reader.page(chat.id, actor.userId, range);
    const [heads, hidden] = await Promise.all([
      reader.heads([chat.id]),
      reader.countHidden(chat.id, actor.userId),
    ]);
    const views = await viewAll(messages, chat, actor.userId);
    const last = messages.at(-1);
    const received = messages.findLast(({ sender }) => sender !== actor.userId);
    if (received !== undefined) receipts.noteDelivered(chat, actor.userId, received.seq);
    const edge = range.after === undefined ? messages[0] : last;
    return {
      messages: views,
      chat,
      hasMore,
      nextCursor: hasMore && edge !== undefined ? edge.seq : null,
      total: (heads.get(chat.id)?.seq ?? 0) - hidden,
    };
  }

  return {
    async send(actor: Actor, input: SendInput, origin?: EventOrigin): Promise<SendResult> {
      // One async function for the whole way: with many messages under way each frame more is half a kilobyte that the
      // collector copies twice.
      const chat = chats.findKnown(actor, input) ?? (await findTarget(actor, input));
      if (input.chatId !== undefined && input.to !== undefined && !isDirectWith(chat, input.to))
        throw new ParleyError('chat_not_found');
      const operation = createOperation(actor, chat, input, origin);
      const { clientId, bodyDigest } = operation;
      if (clientId === undefined || bodyDigest === undefined) {
        const { message } = await queue.commit(operation);
        return { view: viewNewMessage(message, chat), replay: false };
      }
      const key = `${actor.userId}:${clientId}`;
      const first = underWay.get(key);
      if (first !== undefined) {
        if (first.digest !== bodyDigest) throw new ParleyError('client_id_conflict');
        const { message } = await first.committed;
        return { view: await viewOne(message, chat, actor.userId), replay: true };
      }
      const committed = queue.commit(operation);
      sends += 1;
      if (sends % UNDER_WAY_RENEWED === 0) underWay = new Map(underWay);
      underWay.set(key, { digest: bodyDigest, committed });
      try {
        const { message, outcome } = await committed;
        if (outcome !== 'replay') return { view: viewNewMessage(message, chat), replay: false };
        return { view: await viewOne(message, chat, actor.userId), replay: true };
      } finally {
        underWay.delete(key);
      }
    },

    async edit(actor, messageId, content, origin) {
      const { message, chat } = await requireMessage(actor, messageId);
      if (!mayChange(actor.userId, message))
        throw new ParleyError('forbidden', { detail: 'Only the sender can edit a message' });
      return change(actor, chat, {
        kind: 'edit',
        messageId,
        ...(origin !== undefined && { origin }),
        decide: (current, at) => {
          if (current.deletedAt !== undefined) throw new ParleyError('message_deleted');
          if (current.content === content) return null;
          const history = current.history ?? [];
          if (history.length >= limits.messageEditsMax) throw new ParleyError('edit_limit_reached');
          const former = { content: current.content, at: current.editedAt ?? current.createdAt };
          return { content, editedAt: at, history: [...history, former] };
        },
      });
    },

    async remove(actor, messageId, scope, origin) {
      const { message, chat } = await requireMessage(actor, messageId);
      const common = { messageId, ...(origin !== undefined && { origin }) };
      if (scope === 'me') {
        return change(actor, chat, {
          ...common,
          kind: 'hide',
          decide: (current, at) => {
            if (isHiddenFor(actor.userId, current)) return null;
            const hiddenFor = current.hiddenFor ?? [];
            if (hiddenFor.length >= limits.messageHidersMax) {
              throw new ParleyError('edit_limit_reached', {
                detail: 'Too many people have hidden this message',
              });
            }
            return { hiddenFor: [...hiddenFor, { userId: actor.userId, at }] };
          },
        });
      }
      if (!mayChange(actor.userId, message)) {
        throw new ParleyError('forbidden', { detail: 'Only the sender can delete a message for everyone' });
      }
      return change(actor, chat, {
        ...common,
        kind: 'delete',
        decide: ({ deletedAt }, at) =>
          deletedAt === undefined
            ? { content: '', deletedAt: at, history: undefined, bodyDigest: undefined }
            : null,
      });
    },

    async pageWithUser(actor, userId, query) {
      const chat = await chats.findDirect(actor, userId);
      if (chat === null) return { messages: [], chat: null, hasMore: false, nextCursor: null, total: 0 };
      return pageOf(actor, chat, query);
    },

    async pageOfChat(actor, chatId, query) {
      return pageOf(actor, await chats.require(actor, chatId), query);
    },

    async search(actor, query) {
      const found = await search.find(actor, query);
      const refs = await chats.memberOf(actor, [...new Set(found.map(({ chatId }) => chatId))]);
      const marks = await memberships.ofChats(
        [...refs.values()].filter(({ kind }) => kind !== 'room').map(({ id }) => id),
      );
      return found.flatMap((message) => {
        const chat = refs.get(message.chatId);
        const ofChat = marks.filter(({ chatId }) => chatId === message.chatId);
        return chat === undefined ? [] : [viewMessage(message, chat, ofChat, actor.userId)];
      });
    },
  };
}

function isDirectWith(chat: ChatRef, userId: string): boolean {
  return chat.kind === 'direct' && chat.participants.includes(userId);
}

/** Members are set one by one, as in everything that is made for each message: spreading costs several times as much. */
function createOperation(
  actor: Actor,
  chat: ChatRef,
  { content, messageType, clientId }: SendInput,
  origin: EventOrigin | undefined,
): CreateOperation {
  const operation: CreateOperation = { type: 'create', chat, sender: actor.userId, content, messageType };
  if (clientId !== undefined) {
    operation.clientId = clientId;
    operation.bodyDigest = digestOf(chat.id, messageType, content);
  }
  if (origin !== undefined) operation.origin = origin;
  return operation;
}

/** What the idempotency key stands for: 96 bits tell any two bodies of one sender apart. */
function digestOf(chatId: string, messageType: string, content: string): string {
  return hash('sha256', `${chatId}\0${messageType}\0${content}`, 'base64url').slice(0, 16);
}

/** Tells the bus what was written. `hide` concerns one user alone. */
export function publishCommitted(
  bus: DomainEventBus,
  operation: CreateOperation | ChangeOperation,
  message: MessageRecord,
): void {
  const event: DomainEvents['message.created'] = { message, chat: operation.chat };
  if (operation.origin !== undefined) event.origin = operation.origin;
  if (operation.type === 'create') bus.publish('message.created', event);
  else if (operation.kind === 'edit') bus.publish('message.edited', event);
  else if (operation.kind === 'delete') bus.publish('message.deleted', event);
  else bus.publish('message.hidden', { ...event, userId: operation.by });
}
