import {
  content,
  displayName,
  id,
  limits,
  newPassword,
  pageSize,
  passwordAttempt,
  seqQuery,
  skipCount,
  text,
  time,
  username,
} from '@parley/protocol';
import { z } from 'zod';
import type { DialectRoute } from '../dialect.route.js';

const user = z
  .object({ _id: id, fullName: z.string(), username: z.string(), profilePic: z.string() })
  .meta({ id: 'SidebarUser' });

const message = z
  .object({
    _id: id,
    senderId: id,
    receiverId: id.optional(),
    message: z.string(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'SidebarMessage' });

const signupInput = z
  .object({
    fullName: displayName,
    username,
    password: newPassword,
    confirmPassword: z.string(),
    gender: text.trim().max(20).optional(),
  })
  .refine((value) => value.confirmPassword === value.password, {
    message: 'is not the same as password',
    path: ['confirmPassword'],
  });

const sidebar = { tag: 'Sidebar', auth: true, status: 200, method: 'GET' } as const;

/** The endpoints of the sidebar dialect; they stand in for the canonical ones where the server speaks it. */
export const sidebarRoutes = {
  signup: {
    ...sidebar,
    auth: false,
    method: 'POST',
    path: '/api/auth/signup',
    status: 201,
    summary: 'Create an account and sign in by cookie',
    body: signupInput,
    result: user,
    errors: ['invalid_request', 'username_taken'],
  },
  login: {
    ...sidebar,
    auth: false,
    method: 'POST',
    path: '/api/auth/login',
    summary: 'Sign in by cookie; 400 when that fails',
    body: z.object({
      username: text.trim().min(1, 'is empty').max(limits.emailMaxCharacters),
      password: passwordAttempt,
    }),
    result: user,
    errors: ['invalid_request', 'invalid_credentials'],
  },
  logout: {
    ...sidebar,
    auth: false,
    method: 'POST',
    path: '/api/auth/logout',
    summary: 'End the session, if there is one, and clear the cookie',
    result: z.object({ message: z.string() }),
    errors: [],
  },
  listUsers: {
    ...sidebar,
    path: '/api/users',
    summary: 'Everyone but you; `X-Total-Count` and `Link` tell of more',
    query: z.object({
      limit: pageSize(limits.pageMax, limits.pageMax),
      skip: skipCount(limits.usersSkipMax),
    }),
    result: z.array(user),
    errors: ['invalid_request'],
  },
  listMessages: {
    ...sidebar,
    path: '/api/messages/:userId',
    summary:
      'Messages with a user, ascending; the newest page by default, `X-Has-More` and `Link` tell of older ones',
    params: z.object({ userId: id }),
    query: z.object({ limit: pageSize(limits.pageMax, limits.pageMax), before: seqQuery.optional() }),
    result: z.array(message),
    errors: ['invalid_request', 'user_not_found'],
  },
  sendMessage: {
    ...sidebar,
    method: 'POST',
    path: '/api/messages/send/:userId',
    status: 201,
    summary: 'Send a message',
    params: z.object({ userId: id }),
    body: z.object({ message: content }),
    result: message,
    errors: ['invalid_request', 'user_not_found', 'cannot_message_self'],
  },
} as const satisfies Record<string, DialectRoute>;
