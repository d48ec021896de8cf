import { z } from 'zod';
import { clientId, content, id, time } from './text.schema.js';
import { user } from './user.schema.js';

export const messageType = z.enum(['text', 'image', 'file', 'audio']);
export type MessageType = z.infer<typeof messageType>;

/** A message as one reader sees it: `isRead`, `readAt` and `delivered` are derived from the watermarks. */
export const message = z
  .object({
    id,
    _id: id,
    chatId: id,
    seq: z.int().meta({ description: 'Number in its chat: 1, 2, 3, without holes', example: 1 }),
    rev: z.int().meta({ description: "The chat's revision at the last change of this message", example: 1 }),
    sender: id,
    receiver: id.optional().meta({ description: 'In direct chats' }),
    content: z.string().meta({ description: 'Empty once deleted' }),
    messageType,
    clientId: z.string().optional().meta({ description: "The sender's own key, shown to the sender only" }),
    isRead: z.boolean(),
    readAt: time.nullable(),
    delivered: z.boolean(),
    timestamp: time,
    editedAt: time.optional(),
    deletedAt: time.optional(),
    hidden: z.boolean().optional().meta({ description: 'You deleted it for yourself: drop it' }),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof message>;

/** A chat as one member sees it. */
export const chat = z
  .object({
    id,
    _id: id,
    participants: z.array(user),
    isGroup: z.boolean(),
    groupName: z.string().nullable(),
    lastMessage: message.nullable(),
    lastActivity: time,
    unreadCount: z.int(),
    lastSeq: z.int(),
    rev: z.int(),
  })
  .meta({ id: 'Chat' });
export type Chat = z.infer<typeof chat>;

/** How far one member has read and received a chat; every seq up to the mark counts. */
export const watermark = z
  .object({ userId: id, readSeq: z.int(), deliveredSeq: z.int() })
  .meta({ id: 'Watermark' });
export type Watermark = z.infer<typeof watermark>;

/** A message to send: to a user, or into a chat. */
export const sendInput = z
  .object({
    to: id.optional(),
    chatId: id.optional(),
    content,
    messageType: messageType.default('text'),
    clientId: clientId.optional(),
  })
  .refine((value) => value.to !== undefined || value.chatId !== undefined, {
    message: 'is needed, or chatId',
    path: ['to'],
  });
export type SendInput = z.infer<typeof sendInput>;
