/** An event of a dialect that has other names than the canonical ones. */
export interface DialectEvent {
  dialect: 'classic' | 'colon' | 'sidebar';
  from: 'client' | 'server';
  name: string;
  payload: string;
  meaning: string;
}

/** Where a dialect's Socket.IO events differ from the canonical ones, which its connections get otherwise. */
export const dialectEvents: readonly DialectEvent[] = [
  {
    dialect: 'colon',
    from: 'client',
    name: 'user:connect',
    payload: '{ userId: id }',
    meaning: 'Speak this dialect; the id must be your own',
  },
  {
    dialect: 'colon',
    from: 'client',
    name: 'message:send',
    payload: '{ to: id, text: string, tempId?: string | number }',
    meaning: 'Send a message',
  },
  {
    dialect: 'colon',
    from: 'client',
    name: 'user:typing',
    payload: '{ to: id, isTyping: boolean }',
    meaning: 'Tell that you type',
  },
  {
    dialect: 'colon',
    from: 'server',
    name: 'message:received',
    payload: '{ message: ColonMessage }',
    meaning: 'A message for you; unread ones come on connecting',
  },
  {
    dialect: 'colon',
    from: 'server',
    name: 'message:sent',
    payload: '{ message: ColonMessage, tempId? }',
    meaning: 'Your message is on disk',
  },
  {
    dialect: 'colon',
    from: 'server',
    name: 'user:online',
    payload: '{ userId: id }',
    meaning: 'A user came online',
  },
  {
    dialect: 'colon',
    from: 'server',
    name: 'user:offline',
    payload: '{ userId: id, lastSeen: time }',
    meaning: 'A user went offline',
  },
  {
    dialect: 'colon',
    from: 'server',
    name: 'user:typing',
    payload: '{ from: id, isTyping: boolean, conversationId: id }',
    meaning: 'A user types, or stopped',
  },
  {
    dialect: 'sidebar',
    from: 'server',
    name: 'newMessage',
    payload: 'SidebarMessage',
    meaning: 'A message for you',
  },
  {
    dialect: 'sidebar',
    from: 'server',
    name: 'getOnlineUsers',
    payload: '[id]',
    meaning: 'Everybody who is online, on every change',
  },
  {
    dialect: 'classic',
    from: 'server',
    name: 'new_message',
    payload: 'ClassicMessage',
    meaning: 'A message, to its recipient and to its sender',
  },
];
