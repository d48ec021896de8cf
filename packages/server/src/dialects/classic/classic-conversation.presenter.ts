import type { User } from '@parley/protocol';
import type { ChatView } from '../../services/contracts.js';
import { presentUser } from '../canonical.presenter.js';
import { type ClassicMessage, presentClassicMessage } from './classic.presenter.js';

/** A chat as the classic dialect lists it. */
export interface ClassicConversation {
  _id: string;
  participants: User[];
  /** The other one; null in chats of more than two. */
  participant: User | null;
  lastMessage: ClassicMessage | null;
  createdAt: string;
  updatedAt: string;
}

/** A chat in the classic dialect, as `viewerId` sees it. */
export function presentClassicConversation(view: ChatView, viewerId: string): ClassicConversation {
  const participants = view.participants.map(presentUser);
  const others = participants.filter(({ id }) => id !== viewerId);
  return {
    _id: view.chat.id,
    participants,
    participant: view.chat.kind === 'direct' ? (others[0] ?? null) : null,
    lastMessage: view.lastMessage === null ? null : presentClassicMessage(view.lastMessage, viewerId),
    createdAt: view.chat.createdAt.toISOString(),
    updatedAt: view.chat.lastActivity.toISOString(),
  };
}
