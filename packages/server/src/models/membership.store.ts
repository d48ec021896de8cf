import { type Connection, Schema, Types } from 'mongoose';
import { isDuplicateKey } from '../database/database.errors.js';
import type { IndexDefinition } from '../database/indexes.js';
import type { MembershipRecord } from './chat.record.js';

const oid = (id: string) => Types.ObjectId.createFromHexString(id);

interface MembershipDocument {
  _id: Types.ObjectId;
  chatId: Types.ObjectId;
  userId: Types.ObjectId;
  readSeq: number;
  deliveredSeq: number;
  readAt?: Date;
}

const membershipSchema = new Schema<MembershipDocument>(
  {
    chatId: { type: Schema.Types.ObjectId, required: true, ref: 'Chat' },
    userId: { type: Schema.Types.ObjectId, required: true, ref: 'User' },
    readSeq: { type: Number, default: 0 },
    deliveredSeq: { type: Number, default: 0 },
    readAt: Date,
  },
  { collection: 'memberships', versionKey: false },
);

export const membershipIndexes: IndexDefinition[] = [
  { collection: 'memberships', key: { chatId: 1, userId: 1 }, options: { name: 'chat_user', unique: true } },
];

type MarkToWrite = Omit<MembershipRecord, 'id'> & { id?: string | undefined };

export type MembershipStore = ReturnType<typeof createMembershipStore>;

/** The watermarks of members: how far each has read and received each chat. */
export function createMembershipStore(connection: Connection) {
  const model = connection.models['Membership'] ?? connection.model('Membership', membershipSchema);
  const memberships = connection
    .getClient()
    .db(connection.name)
    .collection<MembershipDocument>(model.collection.collectionName);

  async function write(operations: ReturnType<typeof toUpdate>[]) {
    try {
      return await memberships.bulkWrite(operations, { ordered: false });
    } catch (error) {
      // Two upserts of one membership at the same moment: the second time it is an update.
      if (!isDuplicateKey(error)) throw error;
      return memberships.bulkWrite(operations, { ordered: false });
    }
  }

  return {
    /** Moves watermarks forward; a lower value changes nothing. */
    async advance(marks: readonly MembershipRecord[]): Promise<void> {
      if (marks.length === 0) return;
      const { matchedCount, upsertedCount } = await write(marks.map(toUpdate));
      // One that was known to be there is not: somebody has put another database in its place.
      if (matchedCount + upsertedCount < marks.length)
        await write(marks.map((mark) => toUpdate({ ...mark, id: undefined })));
    },

    /** These members' watermarks as they are, by `chatId:userId`. */
    async find(keys: readonly { chatId: string; userId: string }[]): Promise<Map<string, MembershipRecord>> {
      if (keys.length === 0) return new Map();
      const found = await memberships
        .find({ $or: keys.map(({ chatId, userId }) => ({ chatId: oid(chatId), userId: oid(userId) })) })
        .toArray();
      return new Map(found.map(toRecord).map((record) => [`${record.chatId}:${record.userId}`, record]));
    },

    /** All watermarks of these chats. */
    async ofChats(chatIds: readonly string[]): Promise<MembershipRecord[]> {
      if (chatIds.length === 0) return [];
      return (await memberships.find({ chatId: { $in: chatIds.map(oid) } }).toArray()).map(toRecord);
    },

    /** One member's watermarks in these chats. */
    async ofUser(userId: string, chatIds: readonly string[]): Promise<MembershipRecord[]> {
      if (chatIds.length === 0) return [];
      const found = await memberships
        .find({ chatId: { $in: chatIds.map(oid) }, userId: oid(userId) })
        .toArray();
      return found.map(toRecord);
    },
  };
}

function toUpdate({ id, chatId, userId, readSeq, deliveredSeq, readAt }: MarkToWrite) {
  const update = { $max: { readSeq, deliveredSeq, ...(readAt !== null && { readAt }) } };
  if (id !== undefined) return { updateOne: { filter: { _id: oid(id) }, update } };
  return { updateOne: { filter: { chatId: oid(chatId), userId: oid(userId) }, update, upsert: true } };
}

function toRecord(document: MembershipDocument): MembershipRecord {
  return {
    id: document._id.toHexString(),
    chatId: document.chatId.toHexString(),
    userId: document.userId.toHexString(),
    readSeq: document.readSeq ?? 0,
    deliveredSeq: document.deliveredSeq ?? 0,
    readAt: document.readAt ?? null,
  };
}
