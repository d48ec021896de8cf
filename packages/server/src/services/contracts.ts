import type {
  LoginInput,
  MarkReadInput,
  PresenceStatus,
  ProfileInput,
  RegisterInput,
  SendInput,
  SyncInput,
  Watermark,
} from '@parley/protocol';
import type { EventOrigin } from '../events/domain.events.js';
import type { ChatRecord, ChatRef } from '../models/chat.record.js';
import type { MessageRecord } from '../models/message.record.js';
import type { PictureRecord } from '../models/picture.record.js';
import type { UserRecord } from '../models/user.record.js';
import type { Actor } from './actor.js';

/** A user with what presence knows. */
export interface UserView {
  user: UserRecord;
  status: PresenceStatus;
  lastSeen: Date | null;
}

/** A message with what the watermarks say of it. */
export interface MessageView {
  message: MessageRecord;
  chat: ChatRef;
  isRead: boolean;
  readAt: Date | null;
  delivered: boolean;
}

/** A chat as one member sees it. */
export interface ChatView {
  chat: ChatRecord;
  /** Both people of a direct chat, the viewer included; members of a group; empty for a room. */
  participants: UserView[];
  lastMessage: MessageView | null;
  unreadCount: number;
}

export interface MessagePage {
  /** Ascending by seq. */
  messages: MessageView[];
  /** Null when nobody has written yet. */
  chat: ChatRef | null;
  hasMore: boolean;
  nextCursor: number | null;
  /** All messages of the chat that the viewer can see, tombstones included. */
  total: number;
}

export interface PageQuery {
  limit: number;
  /** seq, exclusive: the newest messages below it. */
  before?: number | undefined;
  /** seq, exclusive: the oldest messages above it. */
  after?: number | undefined;
  /** Counted from the newest. */
  skip?: number | undefined;
}

export interface SearchQuery {
  q: string;
  chatId?: string | undefined;
  from?: string | undefined;
  before?: Date | undefined;
  after?: Date | undefined;
  limit: number;
}

export interface SendResult {
  view: MessageView;
  /** True when `clientId` repeated and the original is given back. */
  replay: boolean;
}

/** Messages: the rules of sending, changing, paging and finding. Errors by code as in the route table of protocol. */
export interface MessageService {
  send(actor: Actor, input: SendInput, origin?: EventOrigin): Promise<SendResult>;
  edit(actor: Actor, messageId: string, content: string, origin?: EventOrigin): Promise<MessageView>;
  remove(
    actor: Actor,
    messageId: string,
    scope: 'everyone' | 'me',
    origin?: EventOrigin,
  ): Promise<MessageView>;
  /** The direct chat with another user. */
  pageWithUser(actor: Actor, userId: string, query: PageQuery): Promise<MessagePage>;
  pageOfChat(actor: Actor, chatId: string, query: PageQuery): Promise<MessagePage>;
  search(actor: Actor, query: SearchQuery): Promise<MessageView[]>;
}

export interface ChatList {
  chats: ChatView[];
  nextCursor?: string;
}

export interface ChatService {
  list(actor: Actor, query: { limit: number; cursor?: string | undefined }): Promise<ChatList>;
  /** A chat that the actor may read; `chat_not_found` otherwise. */
  get(actor: Actor, chatId: string): Promise<ChatRecord>;
  /** The direct chat with another user, or null when nobody has written yet. */
  findDirect(actor: Actor, userId: string): Promise<ChatRecord | null>;
  /** Ids of users who share a direct or group chat with this one, the most recently active first. */
  contactsOf(userId: string, limit: number): Promise<string[]>;
  /** Chats with unread messages, for a device that connects. */
  unreadOf(userId: string): Promise<{ total: number; chats: { chatId: string; unreadCount: number }[] }>;
}

export interface ReadResult {
  chatId: string;
  readSeq: number;
  unreadCount: number;
}

export interface ReceiptService {
  /** Durable when it returns. Forward only, never beyond the last message. */
  markRead(actor: Actor, input: MarkReadInput): Promise<ReadResult>;
  /** A device of the user was handed messages up to `seq`. Written soon, together with others. */
  noteDelivered(chat: ChatRef, userId: string, seq: number): void;
  watermarksOf(chat: ChatRef): Promise<(Watermark & { readAt: Date | null })[]>;
}

export interface SyncChatView {
  chatId: string;
  rev: number;
  more: boolean;
  resync?: boolean;
  gone?: boolean;
  chat?: ChatView;
  messages: MessageView[];
  watermarks: Watermark[];
}

export interface SyncService {
  sync(actor: Actor, input: SyncInput): Promise<{ epoch: string; chats: SyncChatView[]; more: boolean }>;
}

/** What a request tells of a device; shown in the list of sessions. */
export interface Device {
  agent: string;
  address: string;
  /** The dialect it signs in by, where its sockets need to know. */
  dialect?: 'classic';
}

/** Tokens of a session that was just started or refreshed. */
export interface IssuedTokens {
  token: string;
  refreshToken: string;
  /** Seconds. */
  expiresIn: number;
  /** Seconds. */
  refreshExpiresIn: number;
  sessionId: string;
}

export interface SessionView {
  id: string;
  agent: string;
  address: string;
  createdAt: Date;
  lastUsedAt: Date;
  current: boolean;
}

/** Accounts and sessions. Errors by code as in the route table of protocol. */
export interface AccountService {
  /** Throws `server_busy` when so many passwords wait that another one would be refused. */
  checkPasswordRoom(): void;
  /** `email` may be absent and `gender` present in the dialect that asks so. */
  register(
    input: Omit<RegisterInput, 'email'> & { email?: string; gender?: string },
    device: Device,
  ): Promise<{ user: UserRecord } & IssuedTokens>;
  login(input: LoginInput, device: Device): Promise<{ user: UserRecord } & IssuedTokens>;
  refresh(refreshToken: string, device: Device): Promise<IssuedTokens>;
  /** `invalid_token`, `token_expired`, `session_revoked`. Cheap: no database round trip for a session seen lately. */
  authenticate(accessToken: string): Promise<Actor>;
  logout(actor: Actor, options: { all: boolean }): Promise<void>;
  profile(actor: Actor): Promise<UserRecord>;
  updateProfile(actor: Actor, input: ProfileInput): Promise<UserRecord>;
  changePassword(actor: Actor, input: { currentPassword: string; newPassword: string }): Promise<void>;
  sessions(actor: Actor): Promise<SessionView[]>;
  revokeSession(actor: Actor, sessionId: string): Promise<void>;
}

/** The profile pictures that this server keeps. */
export interface PictureService {
  /** Keeps base64 bytes as the actor's picture; gives the user with its address. `invalid_request`. */
  set(actor: Actor, image: string): Promise<UserRecord>;
  /** The picture of a user; null when none is kept here. */
  find(userId: string): Promise<PictureRecord | null>;
}

/** Users as others see them, with presence. */
export interface DirectoryService {
  list(
    actor: Actor,
    query: { limit: number; skip: number; cursor?: string | undefined },
  ): Promise<{ users: UserView[]; total: number; nextCursor?: string }>;
  /** Everyone who is online and shown so, the actor excepted; at most `onlineListMax`. */
  online(actor: Actor): Promise<UserView[]>;
  search(actor: Actor, q: string, limit: number): Promise<UserView[]>;
  /** `user_not_found`. */
  get(userId: string): Promise<UserView>;
  /** Those that exist, in any order. */
  getMany(userIds: readonly string[]): Promise<Map<string, UserView>>;
}

/** Who is online: devices with leases, counted per user; in memory on one node. */
export interface PresenceService {
  /** A device connected. Publishes `presence.changed` when the user was offline. */
  connect(user: { id: string; username: string }, connectionId: string): void;
  /** A device proved to be there. */
  renew(userId: string, connectionId: string): void;
  /** A device left: the user goes offline `presenceGraceMs` after the last one. */
  disconnect(userId: string, connectionId: string): void;
  /** `offline` hides the user; it holds until the user has gone offline. */
  setStatus(userId: string, status: PresenceStatus): void;
  /** `lastSeen` is null while online, and when unknown here: storage then knows. */
  statusOf(userId: string): { status: PresenceStatus; lastSeen: Date | null };
  isConnected(userId: string): boolean;
  /** Ids of users who are shown as online, away or busy; at most `limit`. */
  onlineUserIds(limit: number): string[];
  /** Ends all leases and timers; `lastSeen` of everyone connected is written. */
  close(): Promise<void>;
}

export interface TypingService {
  /** Publishes `typing.changed`; ends by itself after `typingExpiryMs`. */
  set(
    actor: Actor,
    target: { to?: string | undefined; chatId?: string | undefined },
    isTyping: boolean,
  ): Promise<void>;
  close(): void;
}

/** Limits of what one user, address or identifier may do; every call throws `rate_limited` with a retry-after. */
export interface RateLimitService {
  /** Credential endpoints, per address. */
  takeCredentialAttempt(address: string): Promise<void>;
  takeMessage(userId: string): Promise<void>;
  takeTyping(userId: string): Promise<void>;
  takeSearch(userId: string): Promise<void>;
  takeRequest(userId: string): Promise<void>;
}

/** Everything the edges may call. */
export interface Services {
  accounts: AccountService;
  pictures: PictureService;
  directory: DirectoryService;
  messages: MessageService;
  chats: ChatService;
  receipts: ReceiptService;
  sync: SyncService;
  presence: PresenceService;
  typing: TypingService;
  rateLimits: RateLimitService;
}
