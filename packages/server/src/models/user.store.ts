import type { Connection } from 'mongoose';
import { duplicateKeyOf } from '../database/database.errors.js';
import { toObjectId, toObjectIds } from './object.id.js';
import { type UserDocument, userModel } from './user.model.js';
import type { UserRecord } from './user.record.js';
import { makeSearchKeys, rangeOfPrefix } from './user.search-keys.js';

/** An account to be made; `passwordHash` goes in here and comes out of `findCredentials` and `findPasswordHash` only. */
export interface NewUser {
  username: string;
  name: string;
  /** Lower case, or null. */
  email: string | null;
  passwordHash: string;
  gender: string | null;
  createdAt: Date;
}

/** What a user may change of the own profile; absent fields stay. */
export type UserChanges = Partial<Pick<UserRecord, 'username' | 'name' | 'email' | 'bio' | 'profilePicture'>>;

/** The username or the e-mail address belongs to somebody else. */
export class UserConflictError extends Error {
  readonly field: 'username' | 'email';

  constructor(field: 'username' | 'email', options?: ErrorOptions) {
    super(`The ${field} is taken`, options);
    this.name = 'UserConflictError';
    this.field = field;
  }
}

/** The queries over users. Ids that are no ids are ids of nobody. */
export interface UserStore {
  /** Throws `UserConflictError`. */
  insert(user: NewUser): Promise<UserRecord>;
  /** Which of these is taken already; for an early answer, as only the unique indexes decide. */
  findTaken(wanted: { username?: string; email?: string }): Promise<'username' | 'email' | null>;
  findMany(ids: readonly string[]): Promise<UserRecord[]>;
  /** Usernames by id. */
  findUsernames(ids: readonly string[]): Promise<Map<string, string>>;
  /** By e-mail address or username in any case. */
  findCredentials(identifier: string): Promise<{ user: UserRecord; passwordHash: string } | null>;
  findPasswordHash(id: string): Promise<string | null>;
  /** False when the hash is no longer `current`. */
  replacePasswordHash(id: string, current: string, next: string): Promise<boolean>;
  /** Null when there is no such user. Throws `UserConflictError`. */
  update(id: string, changes: UserChanges): Promise<UserRecord | null>;
  /** Active users by username in lower case; `after` is exclusive, and then `skip` counts from there. */
  listActive(page: { exceptId: string; limit: number; skip: number; after?: string }): Promise<UserRecord[]>;
  countActive(): Promise<number>;
  /** Active users whose username, name or word of the name begins with the query, the best match first. */
  searchActive(query: { q: string; exceptId: string; limit: number }): Promise<UserRecord[]>;
  /** Stores when users were last seen; a time before the stored one changes nothing. */
  touchLastSeen(times: ReadonlyMap<string, Date>): Promise<void>;
}

/** Everything but the password hash and what is derived. */
const FIELDS = {
  username: 1,
  name: 1,
  email: 1,
  profilePicture: 1,
  bio: 1,
  gender: 1,
  isActive: 1,
  lastSeen: 1,
  createdAt: 1,
} as const;

/** Writes of one batch when many users are touched at once. */
const BATCH_SIZE = 1_000;

/** The users of a database; needs `userIndexes`. */
export function createUserStore(connection: Connection): UserStore {
  const users = userModel(connection);

  return {
    async insert({ username, name, ...rest }) {
      try {
        const keys = { usernameKey: username.toLowerCase(), searchKeys: makeSearchKeys(username, name) };
        const document = await users.create({ username, name, ...rest, ...keys });
        return toRecord(document.toObject());
      } catch (error) {
        throw toConflict(error);
      }
    },

    async findTaken({ username, email }) {
      if (username !== undefined && (await users.exists({ usernameKey: username.toLowerCase() })))
        return 'username';
      if (email !== undefined && (await users.exists({ email: email.toLowerCase() }))) return 'email';
      return null;
    },

    async findMany(ids) {
      if (ids.length === 0) return [];
      const documents = await users.find({ _id: { $in: toObjectIds(ids) } }, FIELDS).lean<UserDocument[]>();
      return documents.map(toRecord);
    },

    async findUsernames(ids) {
      if (ids.length === 0) return new Map();
      const documents = await users
        .find({ _id: { $in: toObjectIds(ids) } }, { username: 1 })
        .lean<UserDocument[]>();
      return new Map(documents.map(({ _id, username }) => [_id.toHexString(), username]));
    },

    async findCredentials(identifier) {
      const key = identifier.trim().toLowerCase();
      if (key === '') return null;
      // A username has no @ in it, so an identifier can be meant in one way only.
      const filter = key.includes('@') ? { email: key } : { usernameKey: key };
      const document = await users.findOne(filter, { ...FIELDS, passwordHash: 1 }).lean<UserDocument>();
      return document === null ? null : { user: toRecord(document), passwordHash: document.passwordHash };
    },

    async findPasswordHash(id) {
      const document = await users.findOne({ _id: toObjectId(id) }, { passwordHash: 1 }).lean<UserDocument>();
      return document?.passwordHash ?? null;
    },

    async replacePasswordHash(id, current, next) {
      const filter = { _id: toObjectId(id), passwordHash: current };
      const { modifiedCount } = await users.updateOne(filter, { $set: { passwordHash: next } });
      return modifiedCount === 1;
    },

    async update(id, changes) {
      for (;;) {
        const now = await users.findOne({ _id: toObjectId(id) }, FIELDS).lean<UserDocument>();
        if (now === null) return null;
        const username = changes.username ?? now.username;
        const name = changes.name ?? now.name;
        const keys = { usernameKey: username.toLowerCase(), searchKeys: makeSearchKeys(username, name) };
        try {
          // The keys are made of both names: if either has changed meanwhile, they are made again.
          const document = await users
            .findOneAndUpdate(
              { _id: now._id, username: now.username, name: now.name },
              { $set: { ...changes, ...keys } },
              { returnDocument: 'after', projection: FIELDS },
            )
            .lean<UserDocument>();
          if (document !== null) return toRecord(document);
        } catch (error) {
          throw toConflict(error);
        }
      }
    },

    async listActive({ exceptId, limit, skip, after }) {
      // With the index named there is one plan: the embedded engine fails ("slot-based execution engine") when it has to
      // choose between two that both pass over 10,000 keys.
      const documents = await users
        .find(
          {
            isActive: true,
            _id: { $ne: toObjectId(exceptId) },
            ...(after !== undefined && { usernameKey: { $gt: after } }),
          },
          FIELDS,
        )
        .sort({ usernameKey: 1 })
        .hint('active_username')
        .skip(skip)
        .limit(limit)
        .lean<UserDocument[]>();
      return documents.map(toRecord);
    },

    countActive() {
      return users.countDocuments({ isActive: true });
    },

    async searchActive({ q, exceptId, limit }) {
      const range = rangeOfPrefix(q);
      if (range === null) return [];
      // In the order of the index and no other: what matches exactly comes first, and the scan ends at the limit
      // however many users begin with the same letter. $elemMatch keeps both bounds on one key.
      const documents = await users
        .find(
          { searchKeys: { $elemMatch: range }, isActive: true, _id: { $ne: toObjectId(exceptId) } },
          FIELDS,
        )
        .hint('search')
        .limit(limit)
        .lean<UserDocument[]>();
      return documents.map(toRecord);
    },

    async touchLastSeen(times) {
      const writes = [...times].flatMap(([id, lastSeen]) => {
        const _id = toObjectId(id);
        return _id === null ? [] : [{ updateOne: { filter: { _id }, update: { $max: { lastSeen } } } }];
      });
      for (let start = 0; start < writes.length; start += BATCH_SIZE) {
        await users.bulkWrite(writes.slice(start, start + BATCH_SIZE), { ordered: false });
      }
    },
  };
}

function toConflict(error: unknown): unknown {
  const duplicate = duplicateKeyOf(error);
  if (duplicate?.indexName === 'username') return new UserConflictError('username', { cause: error });
  if (duplicate?.indexName === 'email') return new UserConflictError('email', { cause: error });
  return error;
}

function toRecord(document: UserDocument): UserRecord {
  return {
    id: document._id.toHexString(),
    username: document.username,
    name: document.name,
    email: document.email ?? null,
    profilePicture: document.profilePicture ?? '',
    bio: document.bio ?? '',
    gender: document.gender ?? null,
    isActive: document.isActive ?? true,
    lastSeen: document.lastSeen ?? null,
    createdAt: document.createdAt,
  };
}
