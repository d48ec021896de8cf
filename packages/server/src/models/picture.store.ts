import { type Connection, mongo, type Types } from 'mongoose';
import { toObjectId } from './object.id.js';
import type { PictureRecord, PictureType } from './picture.record.js';

interface PictureDocument {
  /** The user's. */
  _id: Types.ObjectId;
  type: PictureType;
  bytes: mongo.Binary;
}

export type PictureStore = ReturnType<typeof createPictureStore>;

/** Pictures of users, one of each: a new one takes the place of the one before. */
export function createPictureStore(connection: Connection) {
  const pictures = connection.getClient().db(connection.name).collection<PictureDocument>('pictures');

  return {
    async put(userId: string, { type, bytes }: PictureRecord): Promise<void> {
      const filter = { _id: requireId(userId) };
      await pictures.updateOne(filter, { $set: { type, bytes: new mongo.Binary(bytes) } }, { upsert: true });
    },

    async find(userId: string): Promise<PictureRecord | null> {
      const id = toObjectId(userId);
      const document = id === null ? null : await pictures.findOne({ _id: id });
      return document && { type: document.type, bytes: Buffer.from(document.bytes.buffer) };
    },

    async remove(userId: string): Promise<void> {
      await pictures.deleteOne({ _id: requireId(userId) });
    },
  };
}

function requireId(userId: string): Types.ObjectId {
  const id = toObjectId(userId);
  if (id === null) throw new TypeError('A picture needs the id of a user');
  return id;
}
