import {
  content,
  id,
  limits,
  loginInput,
  logoutInput,
  pageSize,
  registerInput,
  seqQuery,
  skipCount,
  time,
  user,
} from '@parley/protocol';
import { z } from 'zod';
import type { DialectRoute } from '../dialect.route.js';

const message = z
  .object({
    _id: id,
    conversationId: id,
    sender: id,
    recipient: id.optional(),
    text: z.string(),
    createdAt: time,
  })
  .meta({ id: 'ClassicMessage' });

const conversation = z
  .object({
    _id: id,
    participants: z.array(user),
    participant: user.nullable().meta({ description: 'The other one' }),
    lastMessage: message.nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'ClassicConversation' });

const signedIn = z.object({ token: z.string(), user }).meta({ id: 'ClassicSignedIn' });
const classic = { tag: 'Classic', auth: true, status: 200, method: 'GET' } as const;

/** The endpoints of the classic dialect, at the root of the server. */
export const classicRoutes = {
  register: {
    ...classic,
    auth: false,
    method: 'POST',
    path: '/register',
    status: 201,
    summary: 'Create an account and sign in',
    body: registerInput,
    result: signedIn,
    errors: ['invalid_request', 'username_taken', 'email_taken'],
  },
  login: {
    ...classic,
    auth: false,
    method: 'POST',
    path: '/login',
    summary: 'Sign in by e-mail address or username',
    body: loginInput,
    result: signedIn,
    errors: ['invalid_request', 'invalid_credentials'],
  },
  logout: {
    ...classic,
    method: 'POST',
    path: '/logout',
    summary: 'End the session; its token is refused from now on',
    body: logoutInput,
    result: z.object({ message: z.string() }),
    errors: [],
  },
  listUsers: {
    ...classic,
    path: '/users',
    summary: 'Everyone but you; `X-Total-Count` and `Link` tell of more',
    query: z.object({
      limit: pageSize(limits.pageMax, limits.pageMax),
      skip: skipCount(limits.usersSkipMax),
    }),
    result: z.array(user),
    errors: ['invalid_request'],
  },
  listConversations: {
    ...classic,
    path: '/conversations',
    summary: 'Your conversations, the most recently active first; `Link` tells of more',
    query: z.object({
      limit: pageSize(limits.pageMax, limits.pageMax),
      cursor: z.string().max(200).optional(),
    }),
    result: z.array(conversation),
    errors: ['invalid_request'],
  },
  listMessages: {
    ...classic,
    path: '/messages/:conversationId',
    summary:
      'Messages of a conversation, ascending; the newest page by default, `X-Has-More` and `Link` tell of older ones',
    params: z.object({ conversationId: id }),
    query: z.object({ limit: pageSize(limits.pageMax, limits.pageMax), before: seqQuery.optional() }),
    result: z.array(message),
    errors: ['invalid_request', 'chat_not_found'],
  },
  sendMessage: {
    ...classic,
    method: 'POST',
    path: '/messages',
    status: 201,
    summary: 'Send a message',
    body: z.object({ recipientId: id, text: content }),
    result: message,
    errors: ['invalid_request', 'user_not_found', 'cannot_message_self'],
  },
} as const satisfies Record<string, DialectRoute>;
