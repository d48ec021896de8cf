import type { Connection } from 'mongoose';
import type { EngineLine } from '../database/embedded/engine.line.js';
import { createChatStore } from './chat.store.js';
import { createMembershipStore } from './membership.store.js';
import { createMessageReader } from './message.reader.js';
import { createMessageStore } from './message.store.js';
import { createSearchStore } from './search.store.js';

export type ChatStores = ReturnType<typeof createChatStores>;

/** Everything that chats and messages are kept in. */
export function createChatStores(connection: Connection, line?: EngineLine) {
  return {
    chats: createChatStore(connection),
    memberships: createMembershipStore(connection),
    messages: createMessageStore(connection, line),
    reader: createMessageReader(connection),
    search: createSearchStore(connection),
  };
}
