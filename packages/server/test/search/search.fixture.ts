import { setImmediate as turn } from 'node:timers/promises';
import { Types } from 'mongoose';
import type { ChatStores } from '../../src/models/chat.stores.js';
import { searchCollections } from '../../src/models/search.model.js';
import type { Actor } from '../../src/services/actor.js';
import type { SearchQuery } from '../../src/services/contracts.js';
import { waitFor } from '../database/database.fixture.js';
import { createTestNode, type TestNode } from '../messages/chat-services.fixture.js';
import type { TestDatabase } from '../support/test-database.js';

/** A node whose messages are sent and searched in one line each. */
export interface SearchNode extends TestNode {
  /** The texts that a query finds, the newest first. */
  find: (actor: Actor, q: string, more?: Partial<SearchQuery>) => Promise<string[]>;
  say: (from: Actor, to: Actor, content: string) => Promise<{ id: string; chatId: string }>;
  /** From now on messages wait, and reach the index only when `indexed` is called. */
  hold: () => void;
  /** Every message is in the index, and none waits any more. */
  indexed: () => Promise<void>;
  /** What the index holds of a message. */
  tokensOf: (messageId: string) => Promise<string[] | undefined>;
}

function makeGate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Starts a node on the database. */
export function createSearchNode(
  database: TestDatabase,
  now?: () => Date,
  change: (stores: ChatStores) => ChatStores = (stores) => stores,
): SearchNode {
  let lastWrite: Promise<void> = Promise.resolve();
  let gate = makeGate();
  let isHeld = false;
  gate.open();
  let { search } = {} as ChatStores;
  const node = createTestNode(database, now, (stores) => {
    const changed = change(stores);
    search = changed.search;
    const write: typeof search.write = (batch) => {
      lastWrite = gate.opened.then(() => search.write(batch));
      return lastWrite;
    };
    return { ...changed, search: { ...search, write } };
  });
  const hold = () => {
    gate.open();
    gate = makeGate();
    isHeld = true;
  };
  return {
    ...node,
    hold,
    close() {
      gate.open();
      return node.close();
    },
    async find(actor, q, more = {}) {
      const views = await node.messages.search(actor, { q, limit: 20, ...more });
      return views.map(({ message }) => message.content);
    },
    async say(from, to, content) {
      const { view } = await node.messages.send(from, { to: to.userId, content, messageType: 'text' });
      return { id: view.message.id, chatId: view.chat.id };
    },
    async indexed() {
      gate.open();
      await waitFor('every message in the index', async () => {
        const { missing } = await search.marks.readUnindexed(new Date(0), null, 100_000);
        return missing.length === 0;
      });
      await lastWrite;
      await turn();
      if (isHeld) hold();
    },
    async tokensOf(messageId) {
      const entry = await searchCollections(database.connection).entries.findOne({
        _id: new Types.ObjectId(messageId),
      });
      return entry?.tokens;
    },
  };
}
