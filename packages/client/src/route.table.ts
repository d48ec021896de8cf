import type { RouteName, routes } from '@parley/protocol';

/**
 * Method and path of every REST endpoint. A copy of two columns of the protocol's own table, which would bring zod
 * into the bundle (95 kB gzipped); the type makes any difference between the two an error of the build.
 */
export const routeTable: {
  [N in RouteName]: readonly [
    method: (typeof routes)[N]['method'],
    path: (typeof routes)[N]['path'],
    auth: (typeof routes)[N]['auth'],
  ];
} = {
  register: ['POST', '/api/auth/register', false],
  signup: ['POST', '/api/auth/signup', false],
  login: ['POST', '/api/auth/login', false],
  refreshToken: ['POST', '/api/auth/refresh-token', false],
  logout: ['POST', '/api/auth/logout', true],
  getProfile: ['GET', '/api/auth/profile', true],
  updateProfile: ['PUT', '/api/auth/profile', true],
  changePassword: ['PUT', '/api/auth/change-password', true],
  listSessions: ['GET', '/api/auth/sessions', true],
  revokeSession: ['DELETE', '/api/auth/sessions/:id', true],
  listUsers: ['GET', '/api/users', true],
  listOnlineUsers: ['GET', '/api/users/online', true],
  searchUsers: ['GET', '/api/users/search', true],
  getUser: ['GET', '/api/users/:id', true],
  getUserStatus: ['GET', '/api/users/:id/status', true],
  sendMessage: ['POST', '/api/messages/send', true],
  getConversation: ['GET', '/api/messages/conversation/:userId', true],
  listChats: ['GET', '/api/messages/chats', true],
  searchMessages: ['GET', '/api/messages/search', true],
  markRead: ['POST', '/api/messages/mark-read', true],
  editMessage: ['PUT', '/api/messages/:id', true],
  deleteMessage: ['DELETE', '/api/messages/:id', true],
  sync: ['POST', '/api/sync', true],
  health: ['GET', '/api/health', false],
  live: ['GET', '/api/health/live', false],
  ready: ['GET', '/api/health/ready', false],
};
