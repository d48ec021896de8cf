import { canonicalDialect } from '../canonical.events.js';
import type { Packet, SocketDialect } from '../socket.dialect.js';
import { presentSidebarMessage } from './sidebar.presenter.js';

/** The sidebar front ends: bare messages, and one list of everybody online in place of comings and goings. */
export const sidebarDialect: SocketDialect = {
  ...canonicalDialect,
  name: 'sidebar',
  knows: ({ kind }) => kind === 'direct',
  listsOnline: true,
  newMessage: (view, viewerId) => ['newMessage', presentSidebarMessage(view, viewerId)],
  userOnline: () => null,
  userOffline: () => null,
  userStatusChanged: () => null,
  unreadCount: () => null,
};

/** Everybody who is shown as online. */
export function presentOnlineUsers(userIds: readonly string[]): Packet {
  return ['getOnlineUsers', userIds];
}
