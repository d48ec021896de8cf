import { z } from 'zod';
import { clientId, content, id, time } from './text.schema.js';

/** The chat id of the lobby, the one public room that every user is in. The same on every server. */
export const LOBBY_CHAT_ID = '000000000000000000000001';

/** A JSON frame to the lobby; the text stands in any of the three fields. */
export const lobbyFrame = z
  .object({
    text: content.optional(),
    message: content.optional(),
    content: content.optional(),
    clientId: clientId.optional(),
  })
  .refine((frame) => frame.text ?? frame.message ?? frame.content, { message: 'is needed', path: ['text'] });

export const lobbyMessage = z
  .object({
    type: z.literal('message'),
    messageId: id,
    sender: id,
    username: z.string(),
    text: z.string(),
    timestamp: time,
    seq: z.int(),
    clientId: z
      .string()
      .optional()
      .meta({ description: "The sender's own key, on the sender's own connections" }),
  })
  .meta({ id: 'LobbyMessage' });
export type LobbyMessage = z.infer<typeof lobbyMessage>;

export const lobbyHistory = z.object({ type: z.literal('history'), messages: z.array(lobbyMessage) });
export const lobbyError = z.object({
  type: z.literal('error'),
  code: z.string(),
  message: z.string(),
  clientId: z.string().optional().meta({ description: 'Of the frame that failed, when it had one' }),
});
