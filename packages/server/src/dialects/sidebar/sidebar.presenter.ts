import type { MessageView } from '../../services/contracts.js';
import { presentMessage } from '../canonical.presenter.js';

/** A message as the sidebar dialect names its parts. */
export interface SidebarMessage {
  _id: string;
  senderId: string;
  /** Absent in chats of more than two, which the dialect does not know. */
  receiverId?: string;
  message: string;
  createdAt: string;
  updatedAt: string;
}

/** A message in the sidebar dialect, as `viewerId` sees it. */
export function presentSidebarMessage(view: MessageView, viewerId: string): SidebarMessage {
  const { _id, sender, receiver, content, timestamp, editedAt, deletedAt } = presentMessage(view, viewerId);
  return {
    _id,
    senderId: sender,
    ...(receiver === undefined ? {} : { receiverId: receiver }),
    message: content,
    createdAt: timestamp,
    updatedAt: deletedAt ?? editedAt ?? timestamp,
  };
}
