import { Socket } from 'node:net';
import type { StartOverrides } from '@parley/server';
import { pause } from '../rig/pause.js';
import type { MutantName } from './mutant.table.js';

type WrapStores = NonNullable<StartOverrides['wrapStores']>;
type Stores = Parameters<WrapStores>[0];
type Connection = Parameters<WrapStores>[1];

const WRITE_LATER_MS = 80;
/** `j: true` as BSON has it. */
const JOURNALED = Buffer.from('\x08j\0\x01', 'latin1');

function messagesOf(connection: Connection) {
  return connection.getClient().db(connection.name).collection('messages');
}

/** What stands between the services and the database of each mutant. */
export const breaks: Readonly<Record<MutantName, WrapStores>> = {
  'ack-before-write': (stores) => {
    let written: Promise<unknown> = Promise.resolve();
    return {
      ...stores,
      messages: {
        ...stores.messages,
        insert(batch) {
          written = written.then(() => pause(WRITE_LATER_MS)).then(() => stores.messages.insert(batch));
          written.catch(() => undefined);
          return Promise.resolve({ inserted: batch.length, failure: null });
        },
      },
    };
  },

  'no-unique-index': (stores, connection) => {
    const dropped = messagesOf(connection).dropIndex('sender_clientId');
    return {
      ...stores,
      messages: {
        ...stores.messages,
        async insert(batch) {
          await dropped.catch(() => undefined);
          return stores.messages.insert(batch);
        },
      },
    };
  },

  'order-by-time': (stores) => ({
    ...stores,
    reader: {
      ...stores.reader,
      async page(chatId, viewerId, range) {
        const page = await stores.reader.page(chatId, viewerId, range);
        // Messages of one batch have one time; the newest first, turned round, puts them the wrong way.
        const byTime = [...page.messages].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
        return { ...page, messages: byTime.reverse() };
      },
    },
  }),

  unjournaled: (stores) => {
    // On the wire, whichever way they go: one journaled write takes along what was written before it.
    const { prototype } = Socket as unknown as { prototype: { write: (...args: unknown[]) => boolean } };
    const { write } = prototype;
    prototype.write = function writeUnjournaled(data, ...rest) {
      if (Buffer.isBuffer(data)) {
        for (let at = data.indexOf(JOURNALED); at >= 0; at = data.indexOf(JOURNALED, at)) data[at + 3] = 0;
      }
      return write.call(this, data, ...rest);
    };
    return stores;
  },

  'receipt-goes-back': (stores, connection) => {
    const memberships = connection.getClient().db(connection.name).collection('memberships');
    return {
      ...stores,
      memberships: {
        ...stores.memberships,
        async advance(marks) {
          // Makes the documents that are missing; then says what it was told.
          await stores.memberships.advance(marks);
          const held = await memberships.find({}).toArray();
          for (const { chatId, userId, readSeq, deliveredSeq } of marks) {
            const document = held.find(
              (one) => String(one['chatId']) === chatId && String(one['userId']) === userId,
            );
            if (document !== undefined)
              await memberships.updateOne({ _id: document._id }, { $set: { readSeq, deliveredSeq } });
          }
        },
      },
    };
  },

  'event-dropped-on-resume': (stores) => {
    let calls = 0;
    return {
      ...stores,
      reader: {
        ...stores.reader,
        async changesAfter(chatId, rev, limit) {
          const changed = await stores.reader.changesAfter(chatId, rev, limit);
          calls += 1;
          return calls % 5 === 0 ? { ...changed, messages: changed.messages.slice(1) } : changed;
        },
      },
    };
  },

  'replay-twice': (stores) => ({
    ...stores,
    reader: {
      ...stores.reader,
      changesAfter: (chatId, rev, limit) => stores.reader.changesAfter(chatId, Math.max(0, rev - 1), limit),
    },
  }),

  'stale-head-after-restart': breakHeads,
};

/** After a restart nothing is healed, and where a chat stands is believed of its own document, which trails the log. */
function breakHeads(stores: Stores, connection: Connection): Stores {
  const documents = connection.getClient().db(connection.name).collection('chats');
  let isRestart = false;
  return {
    ...stores,
    reader: {
      ...stores.reader,
      async recentChats(entriesMax) {
        isRestart = (await stores.reader.recentChats(entriesMax)).length > 0;
        return [];
      },
      async revs(chatIds) {
        const revs = await stores.reader.revs(chatIds);
        if (!isRestart) return revs;
        for (const document of await documents.find({}).toArray()) {
          const chatId = String(document._id);
          if (revs.has(chatId)) revs.set(chatId, Number(document['rev']));
        }
        return revs;
      },
    },
  };
}
