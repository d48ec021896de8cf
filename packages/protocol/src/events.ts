import { z } from 'zod';
import { limits } from './limits.js';
import { message, sendInput } from './message.schema.js';
import { markReadResult } from './routes.js';
import { syncInput, syncResult } from './sync.schema.js';
import { content, id, time } from './text.schema.js';
import { presenceStatus, user } from './user.schema.js';

const chatIdOrObject = z.union([id.transform((chatId) => ({ chatId })), z.object({ chatId: id })]);
const noResult = z.object({});
const presence = z.object({ userId: id, status: presenceStatus, lastSeen: time.nullable() });

/**
 * Socket.IO events from client to server: the payload, what a successful ack adds to `{ ok: true }`, and a sentence.
 * Every one takes an optional ack; an error is `{ ok: false, error }`, or an `error` event without an ack.
 */
export const clientEvents = {
  authenticate: {
    summary: 'Authenticate a connection that was opened without a token; within 10 s of connecting',
    payload: z.union([
      z
        .string()
        .min(1)
        .max(limits.tokenMaxCharacters)
        .transform((token) => ({ token })),
      z.object({ token: z.string().min(1).max(limits.tokenMaxCharacters) }),
    ]),
    result: z.object({ user }),
  },
  join_chat: {
    summary: 'Listen to a chat: its typing notices, and where it stands',
    payload: chatIdOrObject,
    result: z.object({ chatId: id, lastSeq: z.int(), rev: z.int() }),
  },
  leave_chat: { summary: 'Listen no more', payload: chatIdOrObject, result: noResult },
  send_message: {
    summary: 'Send a message; acknowledged once it is on disk',
    payload: sendInput,
    result: z.object({
      messageId: id,
      chatId: id,
      timestamp: time,
      clientId: z.string().optional(),
      message,
    }),
  },
  edit_message: {
    summary: 'Change the text of a message of yours',
    payload: z.object({ messageId: id, content }),
    result: z.object({ message }),
  },
  delete_message: {
    summary: 'Delete a message for everyone (yours), or hide it from yourself',
    payload: z.object({ messageId: id, for: z.enum(['everyone', 'me']).default('everyone') }),
    result: z.object({ message }),
  },
  typing: {
    summary: 'Tell the others that you type; ends by itself after 6 s',
    payload: z
      .object({ to: id.optional(), chatId: id.optional(), isTyping: z.boolean() })
      .refine((value) => value.to ?? value.chatId, { message: 'is needed, or chatId', path: ['to'] }),
    result: noResult,
  },
  read_receipt: {
    summary: 'Mark a chat as read, up to a message or a seq',
    payload: z
      .object({ messageId: id.optional(), chatId: id.optional(), upTo: z.int().min(0).optional() })
      .refine((value) => value.messageId ?? value.chatId, {
        message: 'is needed, or chatId',
        path: ['messageId'],
      }),
    result: markReadResult,
  },
  update_status: {
    summary: 'Show yourself as online, away, busy, or offline (invisible)',
    payload: z.object({ status: presenceStatus }),
    result: z.object({ status: presenceStatus }),
  },
  watch_presence: {
    summary:
      'Be told when these users come and go, beside those you share a chat with; replaces the last list',
    payload: z.object({ userIds: z.array(id).max(limits.presenceWatchMax) }),
    result: z.object({ users: z.array(presence) }),
  },
  sync: {
    summary: 'Everything that changed since the revisions you hold',
    payload: syncInput,
    result: syncResult,
  },
} as const satisfies Record<string, { summary: string; payload: z.ZodType; result: z.ZodType }>;

const here = z.object({ userId: id, username: z.string(), status: presenceStatus });

/** Socket.IO events from server to client. */
export const serverEvents = {
  authenticated: { summary: 'The connection is authenticated', payload: z.object({ user }) },
  new_message: {
    summary: 'A message for you, on every device of every member but the sending connection',
    payload: message.extend({ messageId: id }),
  },
  message_sent: {
    summary: 'Your message is on disk; on the sending connection',
    payload: z.object({
      messageId: id,
      chatId: id,
      timestamp: time,
      clientId: z.string().optional(),
      seq: z.int(),
      rev: z.int(),
    }),
  },
  message_updated: { summary: 'A message was edited', payload: message },
  message_deleted: {
    summary: 'A message was deleted; `for` is `me` when you hid it on another device',
    payload: message.extend({ for: z.enum(['everyone', 'me']) }),
  },
  message_delivered: {
    summary: 'A member has received the chat up to `deliveredSeq`',
    payload: z.object({ chatId: id, userId: id, deliveredSeq: z.int() }),
  },
  message_read: {
    summary: 'A member has read the chat up to `readSeq`, which is `messageId`',
    payload: z.object({ messageId: id.nullable(), readAt: time, readerId: id, chatId: id, readSeq: z.int() }),
  },
  user_online: { summary: 'A user came online', payload: here },
  user_offline: { summary: 'A user went offline, 10 s after the last connection', payload: here },
  user_status_changed: { summary: 'A user changed the status', payload: presence },
  typing_status: {
    summary: 'A user types, or stopped',
    payload: z.object({ from: id, chatId: id, isTyping: z.boolean(), timestamp: time }),
  },
  unread_count: {
    summary: 'On connecting: chats with unread messages, to be fetched by sync',
    payload: z.object({ total: z.int(), chats: z.array(z.object({ chatId: id, unreadCount: z.int() })) }),
  },
  error: {
    summary: 'An event without an ack failed',
    payload: z.object({ message: z.string(), code: z.string() }),
  },
} as const satisfies Record<string, { summary: string; payload: z.ZodType }>;

export type ClientEventName = keyof typeof clientEvents;
export type ServerEventName = keyof typeof serverEvents;
export type ClientEventPayload<N extends ClientEventName> = z.infer<(typeof clientEvents)[N]['payload']>;
export type ClientEventResult<N extends ClientEventName> = z.infer<(typeof clientEvents)[N]['result']>;
export type ServerEventPayload<N extends ServerEventName> = z.infer<(typeof serverEvents)[N]['payload']>;

/** What an ack carries. */
export type Ack<R> = ({ ok: true } & R) | { ok: false; error: ProblemBody };
/** An error as it travels: the body of a problem+json answer, and the `error` of a socket ack. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  /** The same sentence twice more, for clients that read one or the other. */
  message: string;
  error: string;
  instance?: string;
  issues?: { path: string; message: string }[];
  retryAfter?: number;
}
