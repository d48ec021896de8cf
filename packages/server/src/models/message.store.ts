import { type Connection, Types } from 'mongoose';
import { duplicateKeyOf, writeConcernFailureOf } from '../database/database.errors.js';
import type { EngineLine } from '../database/embedded/engine.line.js';
import {
  type ChangeDocument,
  type EntryDocument,
  type MessageDocument,
  messageCollection,
  toEntryKey,
  toMessageDocument,
  toMessageRecord,
} from './message.model.js';
import type { ChangeRecord, LogEntry, MessageRecord } from './message.record.js';

const oid = (id: string) => Types.ObjectId.createFromHexString(id);

/** What became of a batch: the first `inserted` entries are on disk; the next one failed as `failure` says. */
export interface InsertOutcome {
  inserted: number;
  failure: null | { taken: 'rev' | 'clientId' };
}

export type MessageStore = ReturnType<typeof createMessageStore>;

/** What a unique index is about. */
const TAKEN = new Map<string, 'rev' | 'clientId'>([
  ['_id_', 'rev'],
  ['sender_clientId', 'clientId'],
]);

/**
 * Writing to the log of chats. Every write is journaled (the connection's write concern) before it returns. Batches go by
 * the line where the database has one.
 */
export function createMessageStore(connection: Connection, line?: Pick<EngineLine, 'insert'>) {
  const entries = messageCollection(connection);

  async function applyChanges(changes: readonly ChangeRecord[]): Promise<void> {
    if (changes.length === 0) return;
    const operations = changes.flatMap((change) => [
      {
        replaceOne: {
          // Each change was decided on a state that holds all before it, so an older one must never come on top.
          filter: { _id: toEntryKey(change.chatId, change.next.createdRev), changed: { $lt: change.rev } },
          replacement: toMessageDocument(change.next),
        },
      },
      {
        updateOne: {
          filter: { _id: toEntryKey(change.chatId, change.rev) },
          update: { $unset: { pending: '', next: '' } },
        },
      },
    ]);
    await entries.bulkWrite(operations as Parameters<typeof entries.bulkWrite>[0], { ordered: true });
  }

  return {
    /** A new id; ids carry no order. */
    newId: () => new Types.ObjectId().toHexString(),

    /**
     * Inserts in order and stops at the first entry whose revision or clientId is taken. Throws whatever else goes wrong:
     * the entries may be on disk or not then.
     */
    async insert(batch: readonly LogEntry[]): Promise<InsertOutcome> {
      const documents = batch.map(toEntryDocument);
      try {
        await (line?.insert(entries.collectionName, documents) ??
          entries.insertMany(documents, { ordered: true }));
        return { inserted: batch.length, failure: null };
      } catch (error) {
        const notDurable = writeConcernFailureOf(error);
        if (notDurable !== undefined) throw notDurable;
        const duplicate = duplicateKeyOf(error);
        const taken = TAKEN.get(duplicate?.indexName ?? '');
        if (duplicate === undefined || taken === undefined) throw error;
        return { inserted: duplicate.position, failure: { taken } };
      }
    },

    applyChanges,

    /** Completes changes that a crash left between their entry and their message. Returns how many there were. */
    async applyPending(chatIds: readonly string[]): Promise<number> {
      const pending = (await entries
        .find({ '_id.chatId': { $in: chatIds.map(oid) }, pending: true })
        .sort({ '_id.chatId': 1, '_id.rev': 1 })
        .toArray()) as unknown as ChangeDocument[];
      await applyChanges(pending.flatMap((document) => toChangeRecord(document) ?? []));
      return pending.length;
    },

    /** Which of these entries are on disk. */
    async findWritten(ids: readonly string[]): Promise<Set<string>> {
      const found = await entries
        .find({ id: { $in: ids.map(oid) } }, { projection: { _id: 0, id: 1 } })
        .toArray();
      return new Set(found.map(({ id }) => id.toHexString()));
    },

    /** Messages by sender and clientId. */
    async findByClientIds(keys: readonly { sender: string; clientId: string }[]): Promise<MessageRecord[]> {
      if (keys.length === 0) return [];
      const found = await entries
        .find({
          $or: keys.map(({ sender, clientId }) => ({ sender: oid(sender), clientId: { $eq: clientId } })),
        })
        .toArray();
      return found.map((document) => toMessageRecord(document as MessageDocument));
    },
  };
}

function toEntryDocument(entry: LogEntry): EntryDocument {
  if (entry.type === 'message') return toMessageDocument(entry.message);
  const { change } = entry;
  return {
    _id: toEntryKey(change.chatId, change.rev),
    id: oid(change.id),
    seq: -change.rev,
    lastSeq: change.lastSeq,
    change: change.kind,
    target: oid(change.next.id),
    by: oid(change.by),
    createdAt: change.at,
    pending: true,
    next: toMessageDocument(change.next),
  };
}

function toChangeRecord(document: ChangeDocument): ChangeRecord | undefined {
  if (document.next === undefined) return undefined;
  return {
    id: document.id.toHexString(),
    chatId: document._id.chatId.toHexString(),
    rev: document._id.rev,
    lastSeq: document.lastSeq,
    kind: document.change,
    by: document.by.toHexString(),
    at: document.createdAt,
    next: toMessageRecord(document.next),
  };
}
