import { type Connection, type Model, Schema, type Types } from 'mongoose';
import type { IndexDefinition } from '../database/indexes.js';

/** A signed-in device as MongoDB holds it. A session that ended is deleted. */
export interface SessionDocument {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  agent: string;
  address: string;
  dialect?: 'classic';
  /** SHA-256 of the one refresh token that may be used. */
  refreshHash: string;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

export const sessionIndexes: IndexDefinition[] = [
  { collection: 'sessions', key: { userId: 1, lastUsedAt: -1 }, options: { name: 'user_used' } },
  // Expiry is a condition of every query; a real server deletes by this index, elsewhere the sweeper does.
  { collection: 'sessions', key: { expiresAt: 1 }, options: { name: 'expiry', expireAfterSeconds: 0 } },
];

const sessionSchema = new Schema<SessionDocument>(
  {
    userId: { type: Schema.Types.ObjectId, ref: 'User', required: true },
    agent: { type: String, default: '' },
    address: { type: String, default: '' },
    dialect: { type: String, enum: ['classic'] },
    refreshHash: { type: String, required: true },
    createdAt: { type: Date, required: true },
    lastUsedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'sessions', versionKey: false, autoIndex: false },
);

/** The model of sessions on a connection; the same one when asked again. */
export function sessionModel(connection: Connection): Model<SessionDocument> {
  return (
    (connection.models['Session'] as Model<SessionDocument> | undefined) ??
    connection.model<SessionDocument>('Session', sessionSchema)
  );
}
