import type { Connection, Types } from 'mongoose';
import { duplicateKeysOf } from '../database/database.errors.js';
import type { DatabaseLogger } from '../database/database.logger.js';
import { DatabaseStartError } from '../database/start.error.js';
import { type EntryDocument, type MessageDocument, messageCollection, toEntryKey } from './message.model.js';

/** An entry of a log as it lay there until 2026-11-28: under an id of its own, with its place in two fields. */
type OldEntry = Omit<EntryDocument, '_id' | 'id' | 'seq'> & {
  _id: Types.ObjectId;
  chatId: Types.ObjectId;
  rev: number;
  seq?: number;
  next?: OldEntry;
};

/** Where the old entries lie while they are taken over. */
const ASIDE = 'messages_before_keys';
/** An index that only the old log has. */
const OLD_INDEX = 'chat_rev';
const BATCH = 1_000;

/**
 * Takes over the log of a server from before entries were stored by chat and revision. It can be ended at any moment,
 * and goes on at the next start: what is copied is copied to the same place. Call it before the indexes are made.
 * Returns how many entries there were; some 20,000 a second.
 */
export async function upgradeLog(connection: Connection, logger: DatabaseLogger): Promise<number> {
  const database = connection.getClient().db(connection.name);
  const log = messageCollection(connection);
  const old = database.collection<OldEntry>(ASIDE);
  if (await hasIndex(log.collectionName, OLD_INDEX)) await log.rename(ASIDE);
  const count = await old.countDocuments();
  if (count === 0) return 0;
  logger.info({ entries: count }, 'taking over the messages of an earlier version');
  const batch: EntryDocument[] = [];
  for await (const entry of old.find()) {
    batch.push(toEntry(entry));
    if (batch.length === BATCH) await write(batch.splice(0));
  }
  if (batch.length > 0) await write(batch.splice(0));
  if ((await log.countDocuments()) < count)
    throw new DatabaseStartError(
      'engine_failed',
      `The messages of an earlier version could not be copied; they are in the collection ${ASIDE}.`,
    );
  await old.drop();
  logger.info({ entries: count }, 'the messages are taken over');
  return count;

  async function hasIndex(collection: string, name: string): Promise<boolean> {
    const found = await database.listCollections({ name: collection }).toArray();
    return found.length > 0 && (await log.indexExists(name));
  }

  async function write(entries: EntryDocument[]): Promise<void> {
    try {
      await log.insertMany(entries, { ordered: false });
    } catch (error) {
      // Those that an earlier start has copied.
      const taken = duplicateKeysOf(error);
      if (taken.length === 0 || taken.some(({ indexName }) => indexName !== '_id_')) throw error;
    }
  }
}

function toEntry({ _id, chatId, rev, seq, next, ...rest }: OldEntry): EntryDocument {
  return {
    _id: toEntryKey(chatId.toHexString(), rev),
    id: _id,
    seq: seq ?? -rev,
    ...(next !== undefined && { next: toEntry(next) as MessageDocument }),
    ...rest,
  } as EntryDocument;
}
