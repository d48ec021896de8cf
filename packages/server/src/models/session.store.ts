import { type Connection, Types } from 'mongoose';
import { toObjectId, toObjectIds } from './object.id.js';
import { type SessionDocument, sessionModel } from './session.model.js';
import type { SessionRecord } from './session.record.js';

/** What is renewed when a refresh token is traded. */
export interface SessionRenewal {
  currentHash: string;
  nextHash: string;
  agent: string;
  address: string;
  now: Date;
  expiresAt: Date;
}

/** The queries over sessions. An expired session is never found, swept away or not. */
export interface SessionStore {
  /** The id of a session to be. */
  newId(): string;
  insert(session: SessionRecord, refreshHash: string): Promise<void>;
  findLive(id: string, now: Date): Promise<SessionRecord | null>;
  findManyLive(ids: readonly string[], now: Date): Promise<SessionRecord[]>;
  /** The most recently used first. */
  findLiveOfUser(userId: string, now: Date): Promise<SessionRecord[]>;
  /** Trades the refresh token, atomically; null when the session does not hold `currentHash` (any more). */
  renew(id: string, renewal: SessionRenewal): Promise<SessionRecord | null>;
  /** Notes uses by id; nothing waits for the journal. A session that ended meanwhile stays ended. */
  touch(times: ReadonlyMap<string, Date>): Promise<void>;
  /** False when the user has no such session. */
  remove(id: string, userId: string): Promise<boolean>;
  /** Ends all sessions of a user but one; gives the ids of those that ended. */
  removeAllOfUser(userId: string, exceptId?: string): Promise<string[]>;
  /** Ends those sessions of a user that were not among the `keep` last used; gives their ids. */
  removeLeastRecentlyUsed(userId: string, keep: number): Promise<string[]>;
}

const FIELDS = {
  userId: 1,
  agent: 1,
  address: 1,
  dialect: 1,
  createdAt: 1,
  lastUsedAt: 1,
  expiresAt: 1,
} as const;

/** The sessions of a database; needs `sessionIndexes`. */
export function createSessionStore(connection: Connection): SessionStore {
  const sessions = sessionModel(connection);

  async function removeThese(found: { _id: Types.ObjectId }[]): Promise<string[]> {
    if (found.length === 0) return [];
    await sessions.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } });
    return found.map(({ _id }) => _id.toHexString());
  }

  return {
    newId: () => new Types.ObjectId().toHexString(),

    async insert({ id, userId, ...rest }, refreshHash) {
      const [_id, owner] = [toObjectId(id), toObjectId(userId)];
      if (_id === null || owner === null)
        throw new TypeError('A session needs the ids of a session and a user');
      await sessions.create({ ...rest, _id, userId: owner, refreshHash });
    },

    async findLive(id, now) {
      const filter = { _id: toObjectId(id), expiresAt: { $gt: now } };
      const document = await sessions.findOne(filter, FIELDS).lean<SessionDocument>();
      return document === null ? null : toRecord(document);
    },

    async findManyLive(ids, now) {
      const filter = { _id: { $in: toObjectIds(ids) }, expiresAt: { $gt: now } };
      return (await sessions.find(filter, FIELDS).lean<SessionDocument[]>()).map(toRecord);
    },

    async findLiveOfUser(userId, now) {
      const filter = { userId: toObjectId(userId), expiresAt: { $gt: now } };
      const documents = await sessions
        .find(filter, FIELDS)
        .sort({ lastUsedAt: -1 })
        .lean<SessionDocument[]>();
      return documents.map(toRecord);
    },

    async renew(id, { currentHash, nextHash, agent, address, now, expiresAt }) {
      const document = await sessions
        .findOneAndUpdate(
          { _id: toObjectId(id), refreshHash: currentHash, expiresAt: { $gt: now } },
          { $set: { refreshHash: nextHash, agent, address, lastUsedAt: now, expiresAt } },
          { returnDocument: 'after', projection: FIELDS },
        )
        .lean<SessionDocument>();
      return document === null ? null : toRecord(document);
    },

    async touch(times) {
      const writes = [...times].map(([id, at]) => ({
        updateOne: { filter: { _id: toObjectId(id) }, update: { $max: { lastUsedAt: at } } },
      }));
      await sessions.bulkWrite(writes, { ordered: false, writeConcern: { w: 1, j: false } });
    },

    async remove(id, userId) {
      const { deletedCount } = await sessions.deleteOne({ _id: toObjectId(id), userId: toObjectId(userId) });
      return deletedCount === 1;
    },

    async removeAllOfUser(userId, exceptId) {
      const except = toObjectIds(exceptId === undefined ? [] : [exceptId]);
      const filter = { userId: toObjectId(userId), _id: { $nin: except } };
      return removeThese(await sessions.find(filter, { _id: 1 }).lean<SessionDocument[]>());
    },

    async removeLeastRecentlyUsed(userId, keep) {
      const byUse = { lastUsedAt: -1, _id: -1 } as const;
      const filter = { userId: toObjectId(userId) };
      return removeThese(
        await sessions.find(filter, { _id: 1 }).sort(byUse).skip(keep).lean<SessionDocument[]>(),
      );
    },
  };
}

function toRecord(document: SessionDocument): SessionRecord {
  return {
    id: document._id.toHexString(),
    userId: document.userId.toHexString(),
    agent: document.agent ?? '',
    address: document.address ?? '',
    ...(document.dialect && { dialect: document.dialect }),
    createdAt: document.createdAt,
    lastUsedAt: document.lastUsedAt,
    expiresAt: document.expiresAt,
  };
}
