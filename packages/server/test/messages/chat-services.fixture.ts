import { Types } from 'mongoose';
import { ensureIndexes } from '../../src/database/indexes.js';
import { createInProcessBus } from '../../src/events/in-process.bus.js';
import { type ChatStores, createChatStores } from '../../src/models/chat.stores.js';
import { indexDefinitions } from '../../src/models/index.definitions.js';
import type { Actor } from '../../src/services/actor.js';
import { type ChatServices, createChatServices } from '../../src/services/chat.services.js';
import type { TestDatabase } from '../support/test-database.js';

/** A node's worth of chat services on a real database, without edges. */
export interface TestNode extends ChatServices {
  bus: ReturnType<typeof createInProcessBus>;
  errors: unknown[];
}

/** Makes the indexes that the chat services stand on. */
export async function prepareChats({ connection }: TestDatabase): Promise<void> {
  await ensureIndexes(connection, indexDefinitions);
}

/** Starts the services on the database; several on one database are several nodes. */
export function createTestNode(
  { connection, line }: TestDatabase,
  now?: () => Date,
  change: (stores: ChatStores) => ChatStores = (stores) => stores,
): TestNode {
  const errors: unknown[] = [];
  const bus = createInProcessBus((error) => errors.push(error));
  const services = createChatServices({
    stores: change(createChatStores(connection, line)),
    bus,
    users: { getMany: () => Promise.resolve(new Map()) },
    userExists: () => Promise.resolve(true),
    epoch: 'test',
    onError: (error) => errors.push(error),
    ...(now !== undefined && { now }),
  });
  return { ...services, bus, errors };
}

/** A user that nobody has met. */
export function newActor(name = 'someone'): Actor {
  return {
    userId: new Types.ObjectId().toHexString(),
    sessionId: new Types.ObjectId().toHexString(),
    username: name,
  };
}
