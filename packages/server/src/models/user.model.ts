import { type Connection, type Model, Schema, type Types } from 'mongoose';
import type { IndexDefinition } from '../database/indexes.js';

/** A user as MongoDB holds it. */
export interface UserDocument {
  _id: Types.ObjectId;
  /** As it was chosen; `usernameKey` is what makes it unique. */
  username: string;
  /** The username in lower case. */
  usernameKey: string;
  name: string;
  /** Lower case; null for an account that was made without one. */
  email: string | null;
  passwordHash: string;
  profilePicture: string;
  bio: string;
  gender: string | null;
  isActive: boolean;
  lastSeen: Date | null;
  createdAt: Date;
  /** What a search finds the user by; made by `makeSearchKeys` from username and name. */
  searchKeys: string[];
}

export const userIndexes: IndexDefinition[] = [
  { collection: 'users', key: { usernameKey: 1 }, options: { name: 'username', unique: true } },
  {
    collection: 'users',
    key: { email: 1 },
    // `$gt: ''` rather than `$type: 'string'`: the planner sees that a search for one address implies it.
    options: { name: 'email', unique: true, partialFilterExpression: { email: { $gt: '' } } },
  },
  // With _id, so that "everyone but me" passes over skipped users without reading them.
  { collection: 'users', key: { isActive: 1, usernameKey: 1, _id: 1 }, options: { name: 'active_username' } },
  { collection: 'users', key: { searchKeys: 1 }, options: { name: 'search' } },
];

const userSchema = new Schema<UserDocument>(
  {
    username: { type: String, required: true },
    usernameKey: { type: String, required: true },
    name: { type: String, required: true },
    email: { type: String, default: null },
    passwordHash: { type: String, required: true },
    profilePicture: { type: String, default: '' },
    bio: { type: String, default: '' },
    gender: { type: String, default: null },
    isActive: { type: Boolean, default: true },
    lastSeen: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    searchKeys: { type: [String], required: true },
  },
  { collection: 'users', versionKey: false, autoIndex: false },
);

/** The model of users on a connection; the same one when asked again. */
export function userModel(connection: Connection): Model<UserDocument> {
  return (
    (connection.models['User'] as Model<UserDocument> | undefined) ??
    connection.model<UserDocument>('User', userSchema)
  );
}
