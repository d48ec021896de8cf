import { z } from 'zod';
import {
  changePasswordInput,
  loginInput,
  logoutInput,
  pictureInput,
  profileInput,
  refreshInput,
  registerInput,
  session,
  signedIn,
} from './auth.schema.js';
import type { ErrorCode } from './errors.js';
import { limits } from './limits.js';
import { chat, message, sendInput } from './message.schema.js';
import { syncInput, syncResult } from './sync.schema.js';
import { content, id, pageSize, seqQuery, skipCount, text } from './text.schema.js';
import { presenceStatus, user } from './user.schema.js';

/** One REST endpoint: what it takes, what it gives, which errors are its own (401, 429, 5xx go without saying). */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Express path; parameters with a colon. */
  path: string;
  tag: 'Accounts' | 'Users' | 'Messages' | 'Server';
  summary: string;
  /** Whether a session is needed. */
  auth: boolean;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  status: number;
  result: z.ZodType;
  errors: ErrorCode[];
}

const done = z.object({ message: z.string() });
const messageResult = z.object({ message });
const userResult = z.object({ user });
const usersResult = z.object({ users: z.array(user) });
const byId = z.object({ id });
const users = { tag: 'Users', auth: true, method: 'GET', status: 200 } as const;
const messages = { tag: 'Messages', auth: true, status: 200 } as const;
const accounts = { tag: 'Accounts', status: 200 } as const;

/** Either one chat up to a seq, or messages by id. */
const markReadInput = z
  .object({
    chatId: id.optional(),
    upTo: z.int().min(0).optional().meta({ description: 'seq; the whole chat when absent' }),
    messageIds: z.array(id).min(1).max(limits.markReadIdsMax).optional(),
    messageId: id.optional(),
  })
  .refine((value) => value.chatId ?? value.messageIds ?? value.messageId, {
    message: 'is needed, or messageIds, or messageId',
    path: ['chatId'],
  });
export type MarkReadInput = z.infer<typeof markReadInput>;

export const markReadResult = z.object({ chatId: id, readSeq: z.int(), unreadCount: z.int() });
export type MarkReadResult = z.infer<typeof markReadResult>;

const searchText = text.trim().min(1, 'is empty').max(limits.searchQueryMaxCharacters);

/** The canonical REST endpoints. Handlers, validation, the API documents and the client are derived from this table. */
export const routes = {
  register: {
    ...accounts,
    auth: false,
    method: 'POST',
    path: '/api/auth/register',
    status: 201,
    summary: 'Create an account and sign in',
    body: registerInput,
    result: signedIn,
    errors: ['invalid_request', 'username_taken', 'email_taken'],
  },
  signup: {
    ...accounts,
    auth: false,
    method: 'POST',
    path: '/api/auth/signup',
    status: 201,
    summary: 'The same as register',
    body: registerInput,
    result: signedIn,
    errors: ['invalid_request', 'username_taken', 'email_taken'],
  },
  login: {
    ...accounts,
    auth: false,
    method: 'POST',
    path: '/api/auth/login',
    summary: 'Sign in',
    body: loginInput,
    result: signedIn,
    errors: ['invalid_request', 'invalid_credentials'],
  },
  refreshToken: {
    ...accounts,
    auth: false,
    method: 'POST',
    path: '/api/auth/refresh-token',
    summary: 'Trade the refresh token (body or cookie) for a new pair; a used one ends the session',
    body: refreshInput,
    result: signedIn.omit({ user: true }),
    errors: ['invalid_refresh_token', 'refresh_token_reused'],
  },
  logout: {
    ...accounts,
    auth: true,
    method: 'POST',
    path: '/api/auth/logout',
    summary: 'End this session, or with `all` every session of the user',
    body: logoutInput,
    result: done,
    errors: [],
  },
  getProfile: {
    ...accounts,
    auth: true,
    method: 'GET',
    path: '/api/auth/profile',
    summary: 'Your own profile, with e-mail address',
    result: userResult,
    errors: [],
  },
  updateProfile: {
    ...accounts,
    auth: true,
    method: 'PUT',
    path: '/api/auth/profile',
    summary: 'Change your own profile',
    body: profileInput,
    result: userResult,
    errors: ['invalid_request', 'username_taken', 'email_taken'],
  },
  setPicture: {
    ...accounts,
    auth: true,
    method: 'PUT',
    path: '/api/auth/picture',
    summary: 'Set your own picture; `profilePicture` is then its address on this server, open to everybody',
    body: pictureInput,
    result: userResult,
    errors: ['invalid_request'],
  },
  changePassword: {
    ...accounts,
    auth: true,
    method: 'PUT',
    path: '/api/auth/change-password',
    summary: 'Change the password; all other sessions end',
    body: changePasswordInput,
    result: done,
    errors: ['invalid_request', 'wrong_password'],
  },
  listSessions: {
    ...accounts,
    auth: true,
    method: 'GET',
    path: '/api/auth/sessions',
    summary: 'Your signed-in devices',
    result: z.object({ sessions: z.array(session) }),
    errors: [],
  },
  revokeSession: {
    ...accounts,
    auth: true,
    method: 'DELETE',
    path: '/api/auth/sessions/:id',
    summary: 'Sign a device out',
    params: byId,
    result: done,
    errors: ['session_not_found'],
  },
  listUsers: {
    ...users,
    path: '/api/users',
    summary: 'Everyone but you, by username',
    query: z.object({
      limit: pageSize(limits.pageDefault, limits.pageMax),
      skip: skipCount(limits.usersSkipMax),
      cursor: z.string().max(200).optional(),
    }),
    result: z.object({ users: z.array(user), total: z.int().optional(), nextCursor: z.string().optional() }),
    errors: ['invalid_request'],
  },
  listOnlineUsers: {
    ...users,
    path: '/api/users/online',
    summary: 'Users who are online now, you not among them',
    result: usersResult,
    errors: [],
  },
  searchUsers: {
    ...users,
    path: '/api/users/search',
    summary: 'Users whose username or name begins with the query',
    query: z.object({ q: searchText, limit: pageSize(20, limits.pageMax) }),
    result: usersResult,
    errors: ['invalid_request'],
  },
  getUser: {
    ...users,
    path: '/api/users/:id',
    summary: 'One user',
    params: byId,
    result: userResult,
    errors: ['user_not_found'],
  },
  getUserStatus: {
    ...users,
    path: '/api/users/:id/status',
    summary: 'Whether a user is online, and when last seen',
    params: byId,
    result: z.object({ userId: id, status: presenceStatus, lastSeen: user.shape.lastSeen }),
    errors: ['user_not_found'],
  },
  sendMessage: {
    ...messages,
    method: 'POST',
    path: '/api/messages/send',
    status: 201,
    summary: 'Send a message to a user or into a chat; 200 with the original when the clientId repeats',
    body: sendInput,
    result: messageResult,
    errors: [
      'invalid_request',
      'user_not_found',
      'chat_not_found',
      'client_id_conflict',
      'cannot_message_self',
    ],
  },
  getConversation: {
    ...messages,
    method: 'GET',
    path: '/api/messages/conversation/:userId',
    summary: 'A page of the direct chat with a user, ascending; the newest page by default',
    params: z.object({ userId: id }),
    query: z.object({
      limit: pageSize(limits.pageDefault, limits.pageMax),
      before: seqQuery.optional().meta({ description: 'Only messages with a smaller seq' }),
      after: seqQuery.optional().meta({ description: 'Only messages with a larger seq, the oldest of them' }),
      skip: skipCount(limits.messagesSkipMax).meta({ description: 'Counts from the newest' }),
    }),
    result: z.object({
      messages: z.array(message),
      chatId: id.nullable().meta({ description: 'Null as long as nobody has written' }),
      hasMore: z.boolean(),
      nextCursor: z.int().nullable().meta({ description: 'The `before` (or `after`) of the next page' }),
    }),
    errors: ['invalid_request', 'user_not_found'],
  },
  listChats: {
    ...messages,
    method: 'GET',
    path: '/api/messages/chats',
    summary: 'Your chats, the most recently active first',
    query: z.object({
      limit: pageSize(limits.pageDefault, limits.pageMax),
      cursor: z.string().max(200).optional(),
    }),
    result: z.object({ chats: z.array(chat), nextCursor: z.string().optional() }),
    errors: ['invalid_request'],
  },
  searchMessages: {
    ...messages,
    method: 'GET',
    path: '/api/messages/search',
    summary:
      'Messages of your chats that contain every word of the query (a word matches from its beginning), newest first',
    query: z.object({
      q: searchText,
      chatId: id.optional(),
      from: id.optional().meta({ description: 'Only messages of this sender' }),
      before: z.iso.datetime({ offset: true }).optional(),
      after: z.iso.datetime({ offset: true }).optional(),
      limit: pageSize(20, limits.pageMax),
    }),
    result: z.object({ messages: z.array(message) }),
    errors: ['invalid_request', 'chat_not_found'],
  },
  markRead: {
    ...messages,
    method: 'POST',
    path: '/api/messages/mark-read',
    summary: 'Mark a chat as read, up to a message',
    body: markReadInput,
    result: markReadResult,
    errors: ['invalid_request', 'chat_not_found', 'message_not_found'],
  },
  editMessage: {
    ...messages,
    method: 'PUT',
    path: '/api/messages/:id',
    summary: 'Change the text of a message of yours; its history is kept',
    params: byId,
    body: z.object({ content }),
    result: messageResult,
    errors: ['invalid_request', 'message_not_found', 'forbidden', 'message_deleted', 'edit_limit_reached'],
  },
  deleteMessage: {
    ...messages,
    method: 'DELETE',
    path: '/api/messages/:id',
    summary: 'Delete a message for everyone (yours), or hide it from yourself',
    params: byId,
    query: z.object({ for: z.enum(['everyone', 'me']).default('everyone') }),
    result: messageResult,
    errors: ['invalid_request', 'message_not_found', 'forbidden'],
  },
  sync: {
    ...messages,
    method: 'POST',
    path: '/api/sync',
    summary: 'Everything that changed since the revisions you hold',
    body: syncInput,
    result: syncResult,
    errors: ['invalid_request'],
  },
  health: {
    tag: 'Server',
    auth: false,
    method: 'GET',
    path: '/api/health',
    status: 200,
    summary: 'How the server is (503 when not ready)',
    result: z.object({
      status: z.enum(['ok', 'degraded', 'stopping']),
      version: z.string(),
      uptime: z.number(),
      database: z.enum(['up', 'down']),
      redis: z.enum(['off', 'up', 'down']),
    }),
    errors: [],
  },
  live: {
    tag: 'Server',
    auth: false,
    method: 'GET',
    path: '/api/health/live',
    status: 200,
    summary: 'The process runs',
    result: z.object({ status: z.literal('ok') }),
    errors: [],
  },
  ready: {
    tag: 'Server',
    auth: false,
    method: 'GET',
    path: '/api/health/ready',
    status: 200,
    summary: 'Requests can be served (503 when not)',
    result: z.object({ status: z.string() }),
    errors: ['database_unavailable', 'shutting_down'],
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
type Part<N extends RouteName, P extends string> =
  (typeof routes)[N] extends Record<P, infer S extends z.ZodType> ? z.infer<S> : undefined;
/** What the handler of a route gets once validated. */
export interface RouteInput<N extends RouteName> {
  params: Part<N, 'params'>;
  query: Part<N, 'query'>;
  body: Part<N, 'body'>;
}
/** What a route answers. */
export type RouteResult<N extends RouteName> = z.infer<(typeof routes)[N]['result']>;
