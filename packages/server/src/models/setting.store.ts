import type { Connection } from 'mongoose';
import { isDuplicateKey } from '../database/database.errors.js';

interface SettingDocument {
  _id: string;
  value: string;
  createdAt: Date;
}

/**
 * A value that the database keeps under `key` for ever: made by `make` the first time anyone asks, by exactly one
 * of several servers that ask at once.
 */
export async function getOrCreateSetting(
  connection: Connection,
  key: string,
  make: () => string,
): Promise<string> {
  const settings = connection.getClient().db(connection.name).collection<SettingDocument>('settings');
  const existing = await settings.findOne({ _id: key });
  if (existing !== null) return existing.value;
  try {
    const document = await settings.findOneAndUpdate(
      { _id: key },
      { $setOnInsert: { value: make(), createdAt: new Date() } },
      { upsert: true, returnDocument: 'after' },
    );
    if (document !== null) return document.value;
  } catch (error) {
    // Two upserts of one key at the same moment: the other one has made it.
    if (!isDuplicateKey(error)) throw error;
  }
  const made = await settings.findOne({ _id: key });
  if (made === null) throw new Error(`The setting ${key} was neither found nor made`);
  return made.value;
}
