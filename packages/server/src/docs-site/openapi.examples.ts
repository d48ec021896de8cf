import { LOBBY_CHAT_ID } from '@parley/protocol';

/** A body that can be sent as it stands, by anybody who did what stands above it in the documents. */
export interface BodyExample {
  summary: string;
  value: object;
}

const register = {
  summary: 'A new account',
  value: {
    username: 'john_doe',
    email: 'john@example.com',
    password: 'Password123',
    confirmPassword: 'Password123',
  },
};

/**
 * Example bodies of endpoints, by operation id. Messages go to the lobby, the one chat that everybody is in: its
 * id is the same on every server.
 */
export const bodyExamples: Readonly<Record<string, BodyExample>> = {
  register,
  signup: {
    summary: 'A new account, by a name alone',
    value: { name: 'Jane Doe', email: 'jane@example.com', password: 'Password123' },
  },
  login: {
    summary: 'By e-mail address or username',
    value: { identifier: 'john@example.com', password: 'Password123' },
  },
  refreshToken: { summary: 'With the cookie', value: {} },
  logout: { summary: 'This session', value: {} },
  updateProfile: { summary: 'A line about yourself', value: { bio: 'Hello, I am new here' } },
  setPicture: {
    summary: 'One green dot',
    value: {
      image:
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg==',
    },
  },
  changePassword: {
    summary: 'A longer one',
    value: { currentPassword: 'Password123', newPassword: 'correct horse battery staple' },
  },
  sendMessage: {
    summary: 'To the lobby',
    value: {
      chatId: LOBBY_CHAT_ID,
      content: 'Hello there!',
      clientId: '0193506e-7c1a-7e39-9d2c-1f6f5a0c8b11',
    },
  },
  markRead: { summary: 'All of the lobby', value: { chatId: LOBBY_CHAT_ID } },
  editMessage: { summary: 'Another text', value: { content: 'Hello everybody!' } },
  sync: { summary: 'Everything, by a client that has nothing', value: { chats: {} } },
  classic_register: {
    summary: 'A new account',
    value: { username: 'joe_doe', email: 'joe@example.com', password: 'Password123' },
  },
  classic_login: {
    summary: 'By e-mail address',
    value: { email: 'john@example.com', password: 'Password123' },
  },
  classic_logout: { summary: 'This session', value: {} },
};

/** Values of parameters in the path that exist on every server. */
export const pathExamples: Readonly<Record<string, string>> = {
  colon_listMessages: LOBBY_CHAT_ID,
  classic_listMessages: LOBBY_CHAT_ID,
};
