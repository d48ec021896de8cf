import type { User } from '@parley/protocol';
import { type AccountApi, createAccountApi } from './api/account.api.js';
import { type ChatsApi, createChatsApi, createTypingApi, type TypingApi } from './api/chats.api.js';
import { createMessagesApi, type MessagesApi } from './api/messages.api.js';
import { createPresenceApi, createUsersApi, type PresenceApi, type UsersApi } from './api/users.api.js';
import { backoffMs } from './backoff.js';
import type { ChatSummary } from './chats/chat.publisher.js';
import { ParleyClientError, toClientError } from './client.error.js';
import type { ClientEventMap } from './client.events.js';
import { type ChatClientOptions, resolveOptions } from './client.options.js';
import { createEmitter } from './emitter.js';
import { createHttpClient } from './http/http.client.js';
import { createHttpTransport } from './http/http.transport.js';
import { type ConnectionStatus, openWorkspace, type Workspace } from './live/workspace.js';
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
  readonly account: AccountApi;
  readonly users: UsersApi;
  readonly chats: ChatsApi;
  readonly messages: MessagesApi;
  readonly presence: PresenceApi;
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
  const { url, signal, inCookies } = resolved;
  const scope = `parley:${url}`;
  const emitter = createEmitter<ClientEventMap>();
  const locks = createLocks();
  const storage = guardStorage(resolved.storage, (error) => emitter.emit('error', { error }));
  const transport = createHttpTransport({
    url,
    withCookies: inCookies,
    timeoutMs: resolved.timeoutMs,
    fetch: resolved.fetch,
  });

  const me = signal<User | null>(null);
  const status = signal<ConnectionStatus>('signed_out');
  const list = signal<readonly ChatSummary[]>([]);
  const unread = signal(0);
  const pending = signal(0);
  const users = createUserBook(signal);
  const typing = createTypingBook(signal, (chatKey, isTyping) => {
    const state = workspace?.book.find(chatKey);
    if (state === undefined) return;
    const target = state.id === null ? { to: state.peerId ?? '' } : { chatId: state.id };
    workspace?.connection.notify('typing', { ...target, isTyping });
  });

  let workspace: Workspace | undefined;
  let isClosed = false;
  /** Signing in and out, one after the other. */
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = turn.then(task, task);
    turn = result.catch(() => undefined);
    return result;
  }

  const keeper = createSessionKeeper({
    transport,
    storage,
    locks,
    scope,
    inCookies,
    signal,
    onLost(code) {
      void leave({ forget: false }).then(() => emitter.emit('signed_out', { code }));
    },
  });
  keeper.session.subscribe((session) => {
    me.value = session?.user ?? null;
  });
  const tabs = watchTabs(scope, keeper);
  const call = createHttpClient(transport, keeper, inCookies);

  function enter(user: User): Promise<void> {
    return inTurn(async () => {
      if (isClosed || workspace?.userId === user.id) return;
      workspace = await openWorkspace({
        user,
        options: resolved,
        storage,
        locks,
        scope,
        keeper,
        call,
        users,
        typing,
        list,
        unread,
        pending,
        status,
        emitter,
      });
    });
  }

  function leave(how: { forget: boolean }): Promise<void> {
    return inTurn(async () => {
      const left = workspace;
      workspace = undefined;
      await left?.close(how);
      typing.clear();
      users.clear();
      status.value = 'signed_out';
    });
  }

  function requireWorkspace(): Workspace {
    if (workspace !== undefined) return workspace;
    throw new ParleyClientError(
      isClosed ? 'closed' : 'signed_out',
      isClosed ? 'The client is closed' : 'Nobody is signed in',
    );
  }

  const account = createAccountApi({ call, keeper, inCookies, me, enter, leave });

  async function restore(): Promise<void> {
    const session = await keeper.restore();
    if (session !== null) return enter(session.user);
    const { token, refreshToken } = options;
    for (let attempt = 0; token !== undefined && !isClosed; attempt += 1) {
      try {
        await account.useToken(token, refreshToken);
        return;
      } catch (error) {
        if (!toClientError(error).isTemporary) throw error;
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)));
      }
    }
  }

  const ready = restore();
  // Whoever does not wait for it sees the outcome in `status`.
  ready.catch(() => undefined);

  const parts = { call, users, workspace: requireWorkspace };
  return {
    account,
    users: createUsersApi(parts),
    chats: createChatsApi({ list, unread, workspace: requireWorkspace }),
    messages: createMessagesApi({ call, pending, workspace: requireWorkspace }),
    presence: createPresenceApi(parts),
    typing: createTypingApi(typing, requireWorkspace),
    status,
    ready,
    on: emitter.on,
    sync: async () => requireWorkspace().sync(),
    call,
    async close() {
      isClosed = true;
      tabs.close();
      keeper.close();
      await leave({ forget: false });
      await storage.close?.();
    },
  };
}
