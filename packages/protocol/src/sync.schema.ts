import { z } from 'zod';
import { limits } from './limits.js';
import { chat, message, watermark } from './message.schema.js';
import { id } from './text.schema.js';

/** What a client holds: for each chat the revision up to which it has everything. */
export const syncInput = z.object({
  chats: z
    .record(id, z.int().min(0).max(Number.MAX_SAFE_INTEGER))
    .refine(
      (value) => Object.keys(value).length <= limits.syncChatsMax,
      `names more than ${limits.syncChatsMax} chats`,
    )
    .default({})
    .meta({ description: 'Chat id to the revision that the client has; a chat not named is one not known' }),
  limit: z.int().min(1).max(limits.syncMax).default(limits.syncDefault),
  epoch: z.string().max(64).optional().meta({
    description: 'The `epoch` of the last answer; another one means another database: everything is resynced',
  }),
});
export type SyncInput = z.infer<typeof syncInput>;

/** What changed in one chat since the revision the client had. */
export const syncChat = z
  .object({
    chatId: id,
    rev: z.int().meta({ description: 'The client has everything up to here once it has applied this' }),
    more: z.boolean().meta({ description: 'There are changes beyond `rev`: ask again with it' }),
    resync: z.boolean().optional().meta({
      description: 'The revision was not one of this database: drop what is held of the chat, start at 0',
    }),
    gone: z.boolean().optional().meta({ description: 'There is no such chat for this user (any more)' }),
    chat: chat.optional().meta({ description: 'For a chat that the client did not name' }),
    messages: z
      .array(message)
      .meta({ description: 'Created or changed messages as they are now, by revision' }),
    watermarks: z.array(watermark),
  })
  .meta({ id: 'SyncChat' });
export type SyncChat = z.infer<typeof syncChat>;

export const syncResult = z
  .object({
    epoch: z.string(),
    chats: z.array(syncChat),
    more: z.boolean().meta({ description: 'The answer was cut at `limit`: apply it and ask again' }),
  })
  .meta({ id: 'SyncResult' });
export type SyncResult = z.infer<typeof syncResult>;
