import type { MessageView } from '../../services/contracts.js';
import { presentMessage } from '../canonical.presenter.js';

/** A message as the colon dialect names its parts. */
export interface ColonMessage {
  _id: string;
  from: string;
  /** Absent in chats of more than two, which the dialect does not know. */
  to?: string;
  text: string;
  createdAt: string;
  delivered: boolean;
  read: boolean;
  conversationId: string;
}

/** A message in the colon dialect, as `viewerId` sees it. */
export function presentColonMessage(view: MessageView, viewerId: string): ColonMessage {
  const { _id, chatId, sender, receiver, content, timestamp, delivered, isRead } = presentMessage(
    view,
    viewerId,
  );
  return {
    _id,
    from: sender,
    ...(receiver === undefined ? {} : { to: receiver }),
    text: content,
    createdAt: timestamp,
    delivered,
    read: isRead,
    conversationId: chatId,
  };
}
