import type { Message, User } from '@parley/protocol';
import { type Change, createChangeLog } from '../chats/change.log.js';
import { type ChatTarget, createChatBook } from '../chats/chat.book.js';
import { type ChatSummary, createChatPublisher } from '../chats/chat.publisher.js';
import type { ChatState } from '../chats/chat.state.js';
import { createHistoryPager } from '../chats/history.pager.js';
import { createMessageViewer } from '../chats/local.message.js';
import { countChange } from '../chats/receipts.js';
import { createTimeline, type Timeline } from '../chats/timeline.js';
import type { ClientEventMap } from '../client.events.js';
import type { ResolvedOptions } from '../client.options.js';
import type { Emitter } from '../emitter.js';
import type { Locks } from '../locks.js';
import type { Writable } from '../observable.js';
import { createOutbox } from '../outbox/outbox.js';
import { openOutboxStore } from '../outbox/outbox.store.js';
import type { CallRoute } from '../protocol.types.js';
import { createChatCache } from '../session/chat.cache.js';
import type { SessionKeeper } from '../session/session.keeper.js';
import type { ClientStorage } from '../storage/client.storage.js';
import { createSyncEngine } from '../sync/sync.engine.js';
import type { TypingBook } from '../users/typing.book.js';
import type { UserBook } from '../users/user.book.js';
import { createConnection } from './connection.js';
import { applyMark, createLiveListeners } from './live.listeners.js';
import { createPresenceWatcher } from './presence.watcher.js';
import { createReadReporter } from './read.reporter.js';
import { startUpkeep } from './upkeep.js';

/** Whether the client is in step with the server. */
export type ConnectionStatus =
  /** Nobody is signed in. */
  | 'signed_out'
  /** The first attempt is under way. */
  | 'connecting'
  /** Connected, and catching up on what came in the meantime. */
  | 'syncing'
  /** Connected, and everything that came in the meantime is here. */
  | 'online'
  /** Not connected; attempts go on by themselves. */
  | 'offline';

export interface WorkspaceDeps {
  user: User;
  options: ResolvedOptions;
  storage: ClientStorage;
  locks: Locks;
  scope: string;
  keeper: SessionKeeper;
  call: CallRoute;
  users: UserBook;
  typing: TypingBook;
  list: Writable<readonly ChatSummary[]>;
  unread: Writable<number>;
  pending: Writable<number>;
  status: Writable<ConnectionStatus>;
  emitter: Emitter<ClientEventMap>;
}

export type Workspace = Awaited<ReturnType<typeof openWorkspace>>;

/** Everything that belongs to one signed-in user, from the cache of the last time to the live connection. */
export async function openWorkspace(deps: WorkspaceDeps) {
  const { user, options, storage, locks, scope, keeper, call, users, typing, emitter, status, pending } =
    deps;
  const { signal } = options;
  const userId = user.id;
  const prefix = `user/${userId}/`;
  users.learn([user]);

  const book = createChatBook(userId);
  const cache = createChatCache({ storage, prefix, book, users, userId, keep: options.keepMessages });
  const epoch = await cache.load();
  const viewer = createMessageViewer(userId);
  const publisher = createChatPublisher({
    list: deps.list,
    unread: deps.unread,
    userId,
    book,
    users,
    viewer,
    outbox: () => outbox,
    onPublished: (state) => cache.save(state),
  });
  const { touch } = publisher;
  const isUp = () => connection.isUp();

  const outbox = createOutbox({
    store: await openOutboxStore(storage, `${prefix}out/`, locks, scope),
    stateOf: ({ chatId, to }) => book.open(to === undefined ? { chatId: chatId ?? '' } : { userId: to }),
    isUp,
    onChange(state) {
      pending.value = outbox.count();
      touch(state);
    },
    onFailed: (entry) => emitter.emit('send_failed', { message: viewer.viewEntry(entry) }),
    onAcknowledged: (state, message) => log.offer(state, message),
    async transmit({ clientId, content, messageType }, state): Promise<Message> {
      const target = state.id === null ? { to: state.peerId ?? '' } : { chatId: state.id };
      const { message } = await connection.emit('send_message', {
        ...target,
        content,
        messageType,
        clientId,
      });
      if (state.id === null) book.join(message.chatId, state.peerId ?? '');
      return message;
    },
  });

  function onChange(change: Change): void {
    const { kind, state, rev, message } = change;
    if (message.sender === userId && message.clientId !== undefined) outbox.settle(message.clientId, message);
    countChange(change, userId);
    if (kind === 'created') typing.remove(message.chatId, message.sender);
    if (state.openCount === 0 && state.tail.messages.length > 2 * options.keepMessages) {
      state.tail.trim(options.keepMessages);
    }
    touch(state);
    const name = kind === 'created' ? 'message' : kind === 'updated' ? 'message_updated' : 'message_deleted';
    emitter.emit(name, { chatId: message.chatId, rev, message: viewer.view(message, state) });
  }

  const log = createChangeLog({ onChange, onHole: () => sync.noteHole() });
  const connection = createConnection({
    url: options.url,
    keeper,
    inCookies: options.inCookies,
    ackTimeoutMs: options.timeoutMs,
    reconnect: options.reconnect,
    listeners: createLiveListeners({
      userId,
      book,
      log,
      users,
      typing,
      emitter,
      touch,
      onOwnUser: (own) => void keeper.setUser(own),
    }),
    onUp,
    onDown: () => {
      status.value = 'offline';
    },
  });
  const { emit } = connection;
  const reads = createReadReporter({ userId, emit, isUp, touch });
  const presence = createPresenceWatcher({ users, call, emit, isUp });

  const tell = (name: 'chat_added' | 'chat_removed' | 'chat_reset') => (state: ChatState) => {
    touch(state);
    emitter.emit(name, { chatId: state.key });
  };
  const sync = createSyncEngine({
    userId,
    book,
    log,
    call,
    emit,
    isUp,
    catchUpMax: options.catchUpMax,
    holeGraceMs: options.holeGraceMs,
    epoch,
    onEpoch: cache.setEpoch,
    onUsers: users.learn,
    onAdded: tell('chat_added'),
    onReset: tell('chat_reset'),
    onRemoved(state) {
      cache.remove(state);
      state.forget();
      tell('chat_removed')(state);
    },
    onMarks(state, { watermarks }) {
      for (const mark of watermarks) applyMark({ userId, emitter, touch }, state, mark);
      const own = watermarks.find((mark) => mark.userId === userId);
      reads.compare(state, own?.readSeq ?? 0);
    },
    onCaughtUp() {
      if (isUp()) status.value = 'online';
      for (const timeline of publisher.timelines) timeline.fill();
    },
  });

  function onUp(): void {
    status.value = 'syncing';
    sync.request().catch(() => undefined);
    outbox.pump();
    presence.refresh().catch(() => undefined);
    for (const { chat } of publisher.timelines) listen(chat);
  }

  /** Typing in a room is told to those alone who listen there. */
  function listen(state: ChatState): void {
    if (state.isRoom && state.id !== null) connection.notify('join_chat', { chatId: state.id });
  }

  const pager = createHistoryPager(call, sync.knownRevs);
  const upkeep = startUpkeep({ heartbeatMs: options.heartbeatMs, connection, sync, adopt: outbox.adopt });
  const endSessionWatch = keeper.session.subscribe((session) => {
    if (session !== null) connection.reauthenticate(session.token, session.renewedAt);
  });
  await outbox.adopt();
  for (const state of book.all()) touch(state);
  status.value = 'connecting';
  connection.start();

  return {
    userId,
    book,
    log,
    outbox,
    viewer,
    presence,
    connection,
    publisher,
    sync: sync.request,
    markRead: reads.markRead,

    openTimeline(target: ChatTarget): Timeline {
      const state = book.open(target);
      const timeline = createTimeline(state, {
        signal,
        viewer,
        outbox,
        pager,
        pageSize: options.pageSize,
        keep: options.keepMessages,
        onClose(closed) {
          publisher.timelines.delete(closed);
          const { id, isRoom, openCount } = closed.chat;
          if (isRoom && openCount === 0 && id !== null) connection.notify('leave_chat', { chatId: id });
        },
      });
      publisher.timelines.add(timeline);
      listen(state);
      timeline.fill();
      return timeline;
    },

    /** Ends everything; what is kept stays for the next time, or goes with `forget`. */
    async close({ forget }: { forget: boolean }): Promise<void> {
      endSessionWatch();
      upkeep.close();
      sync.close();
      reads.close();
      outbox.close();
      connection.stop();
      if (forget) {
        await outbox.release();
        await cache.clear();
      } else {
        await cache.flush();
        await outbox.release();
      }
      publisher.close();
      pending.value = 0;
    },
  };
}
