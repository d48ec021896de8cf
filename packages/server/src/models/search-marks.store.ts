import { type Connection, Types } from 'mongoose';
import {
  type ChangeDocument,
  isMessage,
  type MessageDocument,
  messageCollection,
  toMessageRecord,
} from './message.model.js';
import { searchCollections } from './search.model.js';
import type { UnindexedPage } from './search.record.js';

/** The mark that says that the index was made in full once. */
const BUILT = 'built';

/** Clocks of several nodes differ, and an id is made a moment before its entry is written. */
const TOLERANCE_MS = 60_000;

const oid = (id: string) => Types.ObjectId.createFromHexString(id);

/** What the index does not know yet: the marks of the nodes, and the log compared with the index. */
export function createSearchMarksStore(connection: Connection) {
  const { entries: index, marks } = searchCollections(connection);
  const log = messageCollection(connection);

  return {
    /** A name for a node that starts. */
    newNodeId: () => new Types.ObjectId().toHexString(),

    /** The moment since when messages may be missing in the index (null: none), and whose marks say so. */
    async read(): Promise<{ since: Date | null; marks: { node: string; since: Date }[] }> {
      const found = await marks.find().toArray();
      const ofNodes = found
        .filter(({ _id }) => _id !== BUILT)
        .map(({ _id, since }) => ({ node: _id, since }));
      if (ofNodes.length === found.length) return { since: new Date(0), marks: ofNodes };
      const oldest = ofNodes.map(({ since }) => since.getTime()).sort((a, b) => a - b)[0];
      return { since: oldest === undefined ? null : new Date(oldest), marks: ofNodes };
    },

    /** Everything that this node wrote before `since` is in the index. */
    async put(node: string, since: Date): Promise<void> {
      await marks.updateOne({ _id: node }, { $set: { since } }, { upsert: true });
    },

    /** Removes marks, unless their node lives and has moved them on. */
    async remove(settled: readonly { node: string; since: Date }[]): Promise<void> {
      if (settled.length > 0)
        await marks.deleteMany({ $or: settled.map(({ node, since }) => ({ _id: node, since })) });
    },

    /** Removes the mark of a node that ends in good order. */
    async forget(node: string): Promise<void> {
      await marks.deleteOne({ _id: node });
    },

    /** The index covers everything older than the marks. */
    async putBuilt(at: Date): Promise<void> {
      await marks.updateOne({ _id: BUILT }, { $set: { since: at } }, { upsert: true });
    },

    /**
     * Compares a stretch of the log with the index: entries written after `since` and, when given, before the entry
     * `before`. In the order of ids, which begin with the second they were made in.
     */
    async readUnindexed(since: Date, before: string | null, limit: number): Promise<UnindexedPage> {
      const seconds = Math.max(0, Math.floor((since.getTime() - TOLERANCE_MS) / 1_000));
      const from = Types.ObjectId.createFromTime(seconds);
      const stretch = await log
        .find({ id: { $gte: from, ...(before !== null && { $lt: oid(before) }) } })
        .sort({ id: -1 })
        .limit(limit)
        .toArray();
      const changes = stretch.filter((entry) => !isMessage(entry)) as ChangeDocument[];
      const targets = changes.map(({ target }) => target);
      const changed = targets.length === 0 ? [] : await log.find({ id: { $in: targets } }).toArray();
      const messages = new Map<string, MessageDocument>();
      // Also the states that messages are about to take: a crash came between a change and its message.
      for (const entry of [...stretch, ...changed, ...changes.flatMap(({ next }) => next ?? [])]) {
        if (!isMessage(entry)) continue;
        const id = entry.id.toHexString();
        if ((messages.get(id)?.changed ?? 0) < entry.changed) messages.set(id, entry);
      }
      const known = await index
        .find({ _id: { $in: [...messages.values()].map(({ id }) => id) } }, { projection: { rev: 1 } })
        .toArray();
      const revs = new Map(known.map(({ _id, rev }) => [_id.toHexString(), rev]));
      return {
        missing: [...messages]
          .filter(([id, message]) => (revs.get(id) ?? 0) < message.changed)
          .map(([, message]) => toMessageRecord(message)),
        next: stretch.length < limit ? null : (stretch.at(-1)?.id.toHexString() ?? null),
      };
    },
  };
}
