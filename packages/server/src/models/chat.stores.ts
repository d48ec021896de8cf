import type { Connection } from 'mongoose';
import { createChatStore } from './chat.store.js';
import { createMembershipStore } from './membership.store.js';
import { createMessageReader } from './message.reader.js';
import { createMessageStore } from './message.store.js';
import { createSearchStore } from './search.store.js';

export type ChatStores = ReturnType<typeof createChatStores>;

/** Everything that chats and messages are kept in. */
export function createChatStores(connection: Connection) {
  return {
    chats: createChatStore(connection),
    memberships: createMembershipStore(connection),
    messages: createMessageStore(connection),
    reader: createMessageReader(connection),
    search: createSearchStore(connection),
  };
}
