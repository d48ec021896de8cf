import type { DomainEventBus } from '../events/domain.events.js';
import type { ChatStores } from '../models/chat.stores.js';
import { createAdmissionGate } from './admission.gate.js';
import { createChatDirectory } from './chat.directory.js';
import { createChatService } from './chat.service.js';
import { createBatchWriter } from './commit/batch.writer.js';
import { createCommitQueue } from './commit/commit.queue.js';
import { createHeadCache } from './commit/head.cache.js';
import { healHeads } from './commit/head.healer.js';
import { createHeadWriter } from './commit/head.writer.js';
import type {
  ChatService,
  DirectoryService,
  MessageService,
  ReceiptService,
  SyncService,
} from './contracts.js';
import { classifyFailure } from './failure.classifier.js';
import { createMessageService, publishCommitted } from './message.service.js';
import { createReceiptLedger } from './receipt.ledger.js';
import { createReceiptService } from './receipt.service.js';
import { createMessageSearch } from './search/search.service.js';
import { createSyncService } from './sync.service.js';
import { createUnreadCounter } from './unread.counter.js';
import { createPaceMeter } from './write.pace.js';

/** Counts of unread messages for devices that connect, at once: they come with each sync as well. */
const UNREAD_AT_ONCE = 16;

export interface ChatServicesDeps {
  stores: ChatStores;
  bus: DomainEventBus;
  users: Pick<DirectoryService, 'getMany'>;
  /** Whether there is an active user with this id. */
  userExists: (userId: string) => Promise<boolean>;
  /** The database's own random id. */
  epoch: string;
  /** Told of failures that no caller waits for. */
  onError: (error: unknown) => void;
  now?: () => Date;
}

export interface ChatServices {
  messages: MessageService;
  chats: ChatService;
  receipts: ReceiptService;
  sync: SyncService;
  /** Operations that wait for the database. */
  queueDepth: () => number;
  /** After a start: brings lists up to what a crash left. */
  heal: () => Promise<void>;
  /** The database is back. */
  resume: () => Promise<void>;
  /** Takes nothing more, and writes everything that waits. */
  close: () => Promise<void>;
}

/** Puts together everything that works on chats and messages. */
export function createChatServices(deps: ChatServicesDeps): ChatServices {
  const { stores, bus, users, userExists, epoch, onError } = deps;
  const now = deps.now ?? (() => new Date());
  const { chats: chatStore, memberships, messages: store, reader } = stores;

  const directory = createChatDirectory({ store: chatStore, userExists, now });
  const meter = createPaceMeter();
  const pace = () => meter.current();
  const search = createMessageSearch({
    store: stores.search,
    chats: directory,
    chatStore,
    reader,
    onError,
    pace,
  });
  const headWriter = createHeadWriter({ advanceHeads: chatStore.advanceHeads, onError, pace });
  const writer = createBatchWriter({
    store,
    reader,
    heads: createHeadCache(reader, store),
    now,
    onCommitted(operation, message) {
      meter.note();
      headWriter.note(operation.chat, message, operation.type === 'create');
      search.note(message);
      publishCommitted(bus, operation, message);
    },
  });
  const queue = createCommitQueue({ writer, toRefusal: classifyFailure });
  const counter = createUnreadCounter(reader);
  const ledger = createReceiptLedger({
    store: memberships,
    onError,
    pace,
    onAdvanced({ chat, before, after, messageId }) {
      const { userId, readSeq, deliveredSeq } = after;
      const read = readSeq > before.readSeq;
      bus.publish('receipt.advanced', {
        chat,
        userId,
        readSeq,
        deliveredSeq,
        read,
        messageId,
        at: after.readAt ?? now(),
      });
    },
  });
  const receipts = createReceiptService({
    chats: directory,
    store: memberships,
    reader,
    ledger,
    counter,
    now,
  });
  const chats = createChatService({
    chats: directory,
    store: chatStore,
    memberships,
    reader,
    headWriter,
    counter,
    users,
  });

  const sync = createSyncService({
    chats: directory,
    viewer: chats,
    chatStore,
    memberships,
    reader,
    store,
    receipts,
    epoch,
  });
  // With the database gone, nobody waits in line for the same refusal.
  const concernsAll = (error: unknown) => classifyFailure(error).code === 'database_unavailable';
  const syncGate = createAdmissionGate({ concernsAll });
  /** A client never asks again for a revision that it was told of, so none is told that a crash could take back. */
  const syncSettled: SyncService['sync'] = async (actor, input) => {
    const answer = await sync.sync(actor, input);
    await queue.settle();
    return answer;
  };
  const unreadGate = createAdmissionGate({ concernsAll, atOnce: UNREAD_AT_ONCE });

  bus.subscribe('user.registered', ({ userId }) => {
    receipts.welcome(userId).catch(onError);
  });

  return {
    messages: createMessageService({ chats: directory, queue, reader, memberships, receipts, search }),
    chats: { ...chats, unreadOf: (userId) => unreadGate.run(() => chats.unreadOf(userId)) },
    receipts,
    sync: { sync: (actor, input) => syncGate.run(() => syncSettled(actor, input)) },
    queueDepth: () => queue.depth(),
    async heal() {
      await chatStore.ensureLobby(now());
      await Promise.all([healHeads(reader, store, chatStore), search.heal()]);
    },
    resume: () => queue.resume(),
    async close() {
      await queue.close();
      await Promise.all([headWriter.close(), ledger.close(), search.close()]);
    },
  };
}
