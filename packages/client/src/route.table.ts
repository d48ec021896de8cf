import type { RouteName, routes } from '@parley/protocol';

/** The endpoints that a chat application may call; the others are for those who watch over servers. */
export type CallableRoute = Exclude<RouteName, 'signup' | 'health' | 'live' | 'ready'>;

type Endpoint<N extends RouteName> = (typeof routes)[N]['path'] extends `/api/${infer Path}`
  ? `${(typeof routes)[N]['method']} ${Path}`
  : never;

/**
 * Method and path of the REST endpoints, below `/api/`. A copy of two columns of the protocol's own table, which would bring zod
 * into the bundle (95 kB gzipped); the type makes any difference between the two an error of the build.
 */
export const routeTable: { [N in CallableRoute]: Endpoint<N> } = {
  register: 'POST auth/register',
  login: 'POST auth/login',
  refreshToken: 'POST auth/refresh-token',
  logout: 'POST auth/logout',
  getProfile: 'GET auth/profile',
  updateProfile: 'PUT auth/profile',
  setPicture: 'PUT auth/picture',
  changePassword: 'PUT auth/change-password',
  listSessions: 'GET auth/sessions',
  revokeSession: 'DELETE auth/sessions/:id',
  listUsers: 'GET users',
  listOnlineUsers: 'GET users/online',
  searchUsers: 'GET users/search',
  getUser: 'GET users/:id',
  getUserStatus: 'GET users/:id/status',
  sendMessage: 'POST messages/send',
  getConversation: 'GET messages/conversation/:userId',
  listChats: 'GET messages/chats',
  searchMessages: 'GET messages/search',
  markRead: 'POST messages/mark-read',
  editMessage: 'PUT messages/:id',
  deleteMessage: 'DELETE messages/:id',
  sync: 'POST sync',
};
