import type { Message, User } from '@parley/protocol';
import { type ChangeListener, createChangeLog } from '../chats/change.log.js';
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
  /**
   * In step. Where WebSockets do not get through this holds as of the last attempt, a few seconds ago: messages go
   * and come by REST.
   */
  | 'online'
  /** Not connected; attempts go on by themselves. */
  | 'offline';

/** What all users of a client share. */
export interface ClientCore {
  options: ResolvedOptions;
  storage: ClientStorage;
  locks: Locks;
  /** Names locks; the same for all tabs on one server. */
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

const EVENTS = { created: 'message', updated: 'message_updated', deleted: 'message_deleted' } as const;

/** Everything that belongs to one signed-in user, from the cache of the last time to the live connection. */
export async function openWorkspace(core: ClientCore, user: User) {
  const { options, storage, keeper, call, users, typing, emitter, status, pending } = core;
  const userId = user.id;
  const prefix = `user/${userId}/`;
  users.learn([user]);
  const book = createChatBook(userId);
  const cache = createChatCache({ storage, prefix, book, users, keep: options.keepMessages });
  const epoch = await cache.load();
  const viewer = createMessageViewer(userId);
  const publisher = createChatPublisher({
    ...core,
    userId,
    viewer,
    outbox: () => outbox,
    onPublished: cache.save,
  });
  const { touch, timelines } = publisher;
  let watched: readonly string[] = [];
  /** Without a connection: whether REST gets through. */
  let isReachable = false;
  /** What is still under way says nothing any more. */
  let isClosed = false;

  const onChange: ChangeListener = (kind, state, message, isNew) => {
    const { chatId, rev, sender, clientId } = message;
    if (sender === userId && clientId) outbox.settle(clientId, message);
    countChange(kind, state, message, isNew, userId);
    typing.set(chatId, sender, false);
    if (state.tail.messages.length > 2 * options.keepMessages) state.trim(options.keepMessages);
    touch(state);
    emitter.emit(EVENTS[kind], { chatId, rev, message: viewer.view(message, state) });
  };
  const log = createChangeLog(onChange, () => sync.noteHole());

  const connection = createConnection({
    options,
    keeper,
    listeners: createLiveListeners({
      ...core,
      userId,
      book,
      log,
      touch,
      onOwnUser: (own) => void keeper.setUser(own),
    }),
    onUp() {
      isReachable = false;
      status.value = 'syncing';
      sync.request().catch(() => {});
      outbox.pump();
      refreshPresence().catch(() => {});
      for (const { chat } of timelines) listen(chat);
    },
    onDown(wasUp) {
      if (!isReachable) status.value = 'offline';
      // Where WebSockets do not get through, REST may: each failed attempt is a look at what is new. Not so when a
      // connection was lost: thousands of them may be lost in one moment.
      if (wasUp) return;
      sync.request().then(
        () => {
          isReachable = true;
          outbox.pump();
        },
        () => {
          isReachable = false;
          if (!isUp() && !isClosed) status.value = 'offline';
        },
      );
    },
  });
  const { emit, isUp } = connection;

  const outbox = createOutbox({
    store: await openOutboxStore(storage, `${prefix}out/`, core.locks, core.scope),
    stateOf: book.byId,
    isUp: () => isUp() || isReachable,
    onChange(state) {
      pending.value = outbox.count();
      touch(state);
    },
    onFailed: (entry) => emitter.emit('send_failed', { message: viewer.viewEntry(entry) }),
    onAcknowledged({ clientId }, state, message) {
      log.offer(state, message);
      // The log had come to it before: the clientId was one of an earlier message.
      if (message.rev <= state.rev) outbox.settle(clientId, message);
    },
    async transmit({ clientId, content, messageType }, state): Promise<Message> {
      const body = { ...state.address, content, messageType, clientId };
      const { message } = isUp() ? await emit('send_message', body) : await call('sendMessage', { body });
      if (!state.id) book.join(message.chatId, state.peerId!);
      return message;
    },
  });
  const reads = createReadReporter({
    userId,
    touch,
    report: (body) => (isUp() ? emit('read_receipt', body) : call('markRead', { body })),
  });

  const sync = createSyncEngine({
    ...core,
    book,
    log,
    emit,
    isUp,
    epoch,
    onEpoch: cache.setEpoch,
    onChat(event, state) {
      touch(state);
      emitter.emit(event, { chatId: state.key });
    },
    onMarks(state, { watermarks }) {
      for (const mark of watermarks) applyMark({ userId, emitter, touch }, state, mark);
      reads.compare(state, watermarks.find((mark) => mark.userId === userId)?.readSeq);
    },
    onCaughtUp() {
      status.value = 'online';
      for (const timeline of timelines) timeline.fill();
    },
  });

  /** Makes good what changed without a connection. */
  async function refreshPresence(): Promise<void> {
    users.setOnline((await call('listOnlineUsers')).users);
    if (watched.length > 0) await watchPresence(watched);
  }

  async function watchPresence(userIds: readonly string[]): Promise<void> {
    watched = userIds;
    if (!isUp()) return;
    const answer = await emit('watch_presence', { userIds: [...userIds] });
    for (const { userId: id, ...presence } of answer.users) users.setPresence(id, presence);
  }

  /** Typing in a room is told to those alone who listen there. */
  function listen(state: ChatState): void {
    if (state.isRoom) connection.notify('join_chat', { chatId: state.id! });
  }

  const pager = createHistoryPager(call, sync.knownRevs);
  const endUpkeep = startUpkeep({ heartbeatMs: options.heartbeatMs, connection, sync, adopt: outbox.adopt });
  const endSession = keeper.session.subscribe(connection.reauthenticate);
  await outbox.adopt();
  for (const state of book.all()) touch(state);
  status.value = 'connecting';
  void connection.start();

  return {
    userId,
    book,
    log,
    outbox,
    viewer,
    connection,
    touch,
    watchPresence,
    sync: sync.request,
    markRead: reads.markRead,

    openTimeline(target: ChatTarget): Timeline {
      const timeline = createTimeline(book.open(target), {
        options,
        viewer,
        outbox,
        pager,
        onClose(closed) {
          timelines.delete(closed);
          const { id, isRoom, openCount } = closed.chat;
          if (isRoom && !openCount) connection.notify('leave_chat', { chatId: id! });
        },
      });
      timelines.add(timeline);
      listen(timeline.chat);
      timeline.fill();
      return timeline;
    },

    /** Ends everything; what is kept stays for the next time, or goes with `forget`. */
    async close(forget: boolean): Promise<void> {
      isClosed = true;
      publisher.stop();
      endSession();
      endUpkeep();
      sync.close();
      connection.stop();
      await outbox.close();
      await (forget ? cache.clear() : cache.flush());
      publisher.close();
      pending.value = 0;
    },
  };
}
