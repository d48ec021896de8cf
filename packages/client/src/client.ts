import type { User } from '@parley/protocol';
import { type AccountApi, createAccountApi } from './api/account.api.js';
import { type ChatsApi, createChatsApi, createTypingApi, type TypingApi } from './api/chats.api.js';
import { createMessagesApi, type MessagesApi } from './api/messages.api.js';
import { createPresenceApi, createUsersApi, type PresenceApi, type UsersApi } from './api/users.api.js';
import type { ChatSummary } from './chats/chat.publisher.js';
import { ParleyClientError, signedOut } from './client.error.js';
import type { ClientEventMap } from './client.events.js';
import { type ChatClientOptions, resolveOptions } from './client.options.js';
import { createEmitter } from './emitter.js';
import { createHttpClient } from './http/http.client.js';
import { createHttpTransport } from './http/http.transport.js';
import { type ClientCore, type ConnectionStatus, openWorkspace, type Workspace } from './live/workspace.js';
import { createLocks } from './locks.js';
import type { Readable } from './observable.js';
import type { CallRoute } from './protocol.types.js';
import { createSessionKeeper } from './session/session.keeper.js';
import { watchTabs } from './session/tab.channel.js';
import { guardStorage } from './storage/guarded.storage.js';
import { createTypingBook } from './users/typing.book.js';
import { createUserBook } from './users/user.book.js';

/** A client of one server. Everything in it is live as long as somebody is signed in. */
export interface ChatClient {
  /** Signing up, in and out; the own profile, password and devices. */
  readonly account: AccountApi;
  /** The directory of users. */
  readonly users: UsersApi;
  /** The chats of the signed-in user, and their messages. */
  readonly chats: ChatsApi;
  /** Sending, changing and finding messages. */
  readonly messages: MessagesApi;
  /** Who is there. */
  readonly presence: PresenceApi;
  /** Who types. */
  readonly typing: TypingApi;
  /** Whether the client is in step with the server. */
  readonly status: Readable<ConnectionStatus>;
  /** Resolves once the session and the chats of the last time are there, whether or not the network is. */
  readonly ready: Promise<void>;
  /** Listens to an event. Returns the call that ends it. */
  on<N extends keyof ClientEventMap>(name: N, listener: (event: ClientEventMap[N]) => void): () => void;
  /** Asks what has changed; resolves when all of it is here. It happens by itself, too. */
  sync(): Promise<void>;
  /** Calls any REST endpoint of the server, as the signed-in user. */
  readonly call: CallRoute;
  /** Ends the connection and writes what is to be kept. The session goes on; another client may take it up. */
  close(): Promise<void>;
}

/** Makes a client. It goes on with the session of the last time, if the storage holds one, and connects by itself. */
export function createChatClient(options: ChatClientOptions = {}): ChatClient {
  const resolved = resolveOptions(options);
  const { signal } = resolved;
  const scope = `parley:${resolved.url}`;
  const emitter = createEmitter<ClientEventMap>();
  const locks = createLocks();
  const storage = guardStorage(resolved.storage, (error) => emitter.emit('error', { error }));
  const transport = createHttpTransport(resolved);
  let workspace: Workspace | undefined;
  let isClosed = false;
  /** Signing in and out, one after the other. */
  let turn: Promise<void> = Promise.resolve();

  const keeper = createSessionKeeper({
    options: resolved,
    transport,
    storage,
    locks,
    scope,
    onLost: (code) => void leave(false).then(() => emitter.emit('signed_out', { code })),
  });
  const me = signal<User | null>(null);
  keeper.session.subscribe((session) => {
    // Whoever sees somebody here may use everything: their chats are opened before.
    if (session === null || workspace?.userId === session.user.id) me.value = session?.user ?? null;
  });
  const closeTabs = watchTabs(scope, keeper);
  const call = createHttpClient(transport, keeper);
  const core: ClientCore = {
    options: resolved,
    storage,
    locks,
    scope,
    keeper,
    call,
    emitter,
    users: createUserBook(signal),
    typing: createTypingBook(signal, (chatKey, isTyping) => {
      const state = workspace?.book.find(chatKey);
      if (state) workspace?.connection.notify('typing', { ...state.address, isTyping });
    }),
    list: signal<readonly ChatSummary[]>([]),
    unread: signal(0),
    pending: signal(0),
    status: signal<ConnectionStatus>('signed_out'),
  };

  function inTurn(task: () => Promise<void>): Promise<void> {
    const result = turn.then(task);
    turn = result.catch(() => {});
    return result;
  }

  function enter(user: User): Promise<void> {
    return inTurn(async () => {
      if (isClosed || workspace?.userId === user.id) return;
      workspace = await openWorkspace(core, user);
      me.value = keeper.session.peek()?.user ?? null;
    });
  }

  function leave(forget: boolean): Promise<void> {
    return inTurn(async () => {
      const left = workspace;
      workspace = undefined;
      await left?.close(forget);
      core.typing.clear();
      core.users.clear();
      core.status.value = 'signed_out';
    });
  }

  function requireWorkspace(): Workspace {
    if (!workspace) throw isClosed ? new ParleyClientError('closed', 'The client is closed') : signedOut();
    return workspace;
  }

  const parts = { ...core, workspace: requireWorkspace };
  const account = createAccountApi({ call, transport, keeper, me, enter, leave });

  async function restore(): Promise<void> {
    const session = await keeper.restore();
    if (session) await enter(session.user);
    else if (options.token) await account.useToken(options.token, options.refreshToken);
  }

  const ready = restore();
  // Whoever does not wait for it sees the outcome in `status`.
  ready.catch(() => {});

  return {
    account,
    users: createUsersApi(parts),
    chats: createChatsApi(parts),
    messages: createMessagesApi(parts),
    presence: createPresenceApi(parts),
    typing: createTypingApi(parts),
    status: core.status,
    ready,
    on: emitter.on,
    sync: async () => requireWorkspace().sync(),
    call,
    async close() {
      isClosed = true;
      closeTabs();
      keeper.close();
      await leave(false);
      await storage.close?.();
    },
  };
}
