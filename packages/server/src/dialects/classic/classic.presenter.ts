import type { MessageView } from '../../services/contracts.js';
import { presentMessage } from '../canonical.presenter.js';

/** A message as the classic dialect names its parts. */
export interface ClassicMessage {
  _id: string;
  conversationId: string;
  sender: string;
  /** Absent in chats of more than two, which the dialect does not know. */
  recipient?: string;
  text: string;
  createdAt: string;
}

/** A message in the classic dialect, as `viewerId` sees it. */
export function presentClassicMessage(view: MessageView, viewerId: string): ClassicMessage {
  const { _id, chatId, sender, receiver, content, timestamp } = presentMessage(view, viewerId);
  return {
    _id,
    conversationId: chatId,
    sender,
    ...(receiver === undefined ? {} : { recipient: receiver }),
    text: content,
    createdAt: timestamp,
  };
}
