import type { LobbyMessage } from '@parley/protocol';
import type { MessageRecord } from '../../models/message.record.js';

/** A message as a lobby frame. The idempotency key is shown where `isOwn`: on the sender's own connections. */
export function presentLobbyMessage(message: MessageRecord, username: string, isOwn: boolean): LobbyMessage {
  return {
    type: 'message',
    messageId: message.id,
    sender: message.sender,
    username,
    text: message.deletedAt === undefined ? message.content : '',
    timestamp: message.createdAt.toISOString(),
    seq: message.seq,
    ...(isOwn && message.clientId !== undefined ? { clientId: message.clientId } : {}),
  };
}
