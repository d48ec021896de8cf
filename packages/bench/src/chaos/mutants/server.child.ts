// The server of the harness's own runs: the same `startServer`, with cheap passwords, other limits, or one promise
// broken. It also answers questions about the database that no wire contract has.
import { type RunningServer, readConfig, startServer } from '@parley/server';
import { mongo } from 'mongoose';
import type { StoredEntry } from '../stored.entry.js';
import type { ChildOrder } from './child.order.js';
import { breaks } from './mutant.breaks.js';

const order = JSON.parse(process.argv[2] ?? '{}') as ChildOrder;
const config = readConfig(process.env);
const server = await startServer(config, {
  ...(order.passwordCost !== undefined && { passwordCost: order.passwordCost }),
  ...(order.limits !== undefined && { limits: order.limits }),
  ...(order.mutant !== undefined && { wrapStores: breaks[order.mutant] }),
});

process.on('SIGTERM', () => {
  void server.close().finally(() => process.exit(0));
});
process.on('disconnect', () => process.exit(1));
process.on('message', (message) => {
  const { id, ask, ...rest } = message as { id: number; ask: keyof typeof answers } & Record<string, string>;
  answers[ask](server, rest).then(
    (result: unknown) => process.send?.({ answerTo: id, result }),
    (error: unknown) => process.send?.({ answerTo: id, error: String(error) }),
  );
});

function messagesOf({ database: { connection } }: RunningServer) {
  return connection.getClient().db(connection.name).collection('messages');
}

/** Where an entry stands: its `_id`. */
const keyOf = ({ _id }: { _id: unknown }) => _id as { chatId: unknown; rev: number };

const answers = {
  /** The whole log, as it lies in the database, by chat and revision. */
  async entries(running: RunningServer): Promise<StoredEntry[]> {
    const found = await messagesOf(running).find({}).sort({ _id: 1 }).toArray();
    return found.map((entry) => ({
      chat: String(keyOf(entry).chatId),
      rev: keyOf(entry).rev,
      id: String(entry['id']),
      ...(entry['seq'] > 0 && { seq: entry['seq'] as number }),
      ...(entry['target'] !== undefined && {
        target: String(entry['target']),
        kind: String(entry['change']),
      }),
      ...(entry['pending'] === true && { pending: true }),
    }));
  },

  /** Bytes that the process holds, after a collection where node was started with `--expose-gc`. */
  memory(): Promise<{ rss: number; heap: number; external: number }> {
    (globalThis as { gc?: () => void }).gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    return Promise.resolve({ rss, heap: heapUsed, external });
  },

  /** Index keys and documents that all queries since the start have read, and documents that they gave. */
  async scanned({ database: { connection } }: RunningServer) {
    const { metrics } = (await connection.getClient().db('admin').command({ serverStatus: 1 })) as {
      metrics: { queryExecutor: { scanned: number; scannedObjects: number }; document: { returned: number } };
    };
    const { scanned: keys, scannedObjects: documents } = metrics.queryExecutor;
    return { keys, documents, returned: metrics.document.returned };
  },

  /** How the database finds what changed in a chat after a revision. */
  async explain(running: RunningServer, { chatId, rev, limit }: Record<string, string>) {
    const { connection } = running.database;
    const chats = await connection.getClient().db(connection.name).collection('chats').find({}).toArray();
    const chat = chats.find(({ _id }) => String(_id) === chatId);
    const explained = (await messagesOf(running)
      .find({
        _id: {
          $gt: { chatId: chat?._id, rev: Number(rev) },
          $lt: { chatId: chat?._id, rev: new mongo.MaxKey() },
        },
      } as object)
      .sort({ _id: 1 })
      .limit(Number(limit))
      .explain('executionStats')) as { executionStats: Record<string, unknown> };
    const { nReturned, totalDocsExamined, totalKeysExamined } = explained.executionStats;
    return { nReturned, totalDocsExamined, totalKeysExamined };
  },
};
