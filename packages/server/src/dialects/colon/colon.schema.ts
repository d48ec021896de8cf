import { content, id, limits, pageSize, skipCount, text, time } from '@parley/protocol';
import { z } from 'zod';
import type { DialectRoute } from '../dialect.route.js';

const message = z
  .object({
    _id: id,
    from: id,
    to: id.optional(),
    text: z.string(),
    createdAt: time,
    delivered: z.boolean(),
    read: z.boolean(),
    conversationId: id,
  })
  .meta({ id: 'ColonMessage' });

const colon = { tag: 'Colon', auth: true } as const;

/** Where the colon dialect differs from the canonical one under the same paths. */
export const colonRoutes = {
  sendMessage: {
    ...colon,
    method: 'POST',
    path: '/api/messages/send',
    status: 201,
    summary: 'Send a message: spoken when the body has `text` and no `content`',
    body: z.object({
      to: id,
      text: content,
      tempId: z
        .union([text.max(limits.clientIdMaxCharacters), z.number()])
        .optional()
        .meta({ description: 'Comes back with message:sent' }),
    }),
    result: message,
    errors: ['invalid_request', 'user_not_found', 'chat_not_found', 'cannot_message_self'],
  },
  listMessages: {
    ...colon,
    method: 'GET',
    path: '/api/messages/:id',
    status: 200,
    summary:
      "A page of a conversation, by its id or the other user's; ascending, `skip` counts from the newest",
    params: z.object({ id }),
    query: z.object({
      limit: pageSize(limits.pageDefault, limits.pageMax),
      skip: skipCount(limits.messagesSkipMax),
    }),
    result: z.array(message),
    errors: ['invalid_request', 'user_not_found'],
  },
} as const satisfies Record<string, DialectRoute>;

/** Whether the body of a send is meant in this dialect. */
export function isColonSend(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    Object.hasOwn(body, 'text') &&
    !Object.hasOwn(body, 'content')
  );
}
