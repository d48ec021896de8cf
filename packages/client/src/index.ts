/** The typed client of Parley, for browsers and Node. */
export type { AccountApi } from './api/account.api.js';
export type { ChatsApi, TypingApi } from './api/chats.api.js';
export type { MessagesApi, OutgoingMessage, SentMessage } from './api/messages.api.js';
export type { PresenceApi, UsersApi } from './api/users.api.js';
export type { ChatTarget } from './chats/chat.book.js';
export type { ChatSummary } from './chats/chat.publisher.js';
export type { LocalMessage, MessageStatus } from './chats/local.message.js';
export type { Timeline, TimelineState } from './chats/timeline.js';
export { type ClientErrorCode, type ClientErrorDetails, ParleyClientError } from './client.error.js';
export type { ClientEventMap, MessageEvent } from './client.events.js';
export { type ChatClient, createChatClient } from './client.js';
export type { ChatClientOptions } from './client.options.js';
export type { ConnectionStatus } from './live/workspace.js';
export { createSignal, type Readable, type SignalFactory, type Writable, waitFor } from './observable.js';
export type { SendFailure } from './outbox/outbox.entry.js';
export {
  type CallRoute,
  LOBBY_ID,
  type RouteArgs,
  type RouteBody,
  type RouteQuery,
} from './protocol.types.js';
export type { CallableRoute } from './route.table.js';
export type { ClientStorage } from './storage/client.storage.js';
export { createFileStorage, type FileSystem } from './storage/file.storage.js';
export { createIndexedDbStorage } from './storage/indexeddb.storage.js';
export { createMemoryStorage } from './storage/memory.storage.js';
export type { Presence } from './users/user.book.js';
