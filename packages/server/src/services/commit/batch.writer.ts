import { ParleyError } from '@parley/protocol';
import type { MessageReader } from '../../models/message.reader.js';
import type { ChangeRecord } from '../../models/message.record.js';
import type { MessageStore } from '../../models/message.store.js';
import { type PlannedEntry, planBatch } from './batch.plan.js';
import type { CommitListener, CreateOperation, QueuedOperation } from './commit.operation.js';
import type { HeadCache } from './head.cache.js';

/** Rounds that an operation may lose against writers on other nodes; each loss means that another one got through. */
const ATTEMPTS_MAX = 100;

export interface BatchWriterDeps {
  store: MessageStore;
  reader: Pick<MessageReader, 'findByIds'>;
  heads: HeadCache;
  onCommitted: CommitListener;
  now: () => Date;
}

/**
 * Writes batches of operations to the log: one journaled insert for all of them. Whatever it cannot settle in one
 * round (another node took the revision, a clientId repeats) it returns, to be written first in the next batch.
 */
export function createBatchWriter({ store, reader, heads, onCommitted, now }: BatchWriterDeps) {
  /** Entries whose insert ended without an answer: perhaps on disk, perhaps not. */
  let unresolved: PlannedEntry[] = [];

  /** The entry is on disk: tell the others, then the caller. */
  function settle({ queued, message }: PlannedEntry): void {
    onCommitted(queued.operation, message);
    queued.resolve({ message, outcome: 'written' });
  }

  /** After an outage: what had reached the disk without an answer is told to the others now, in order. */
  async function resolveUnanswered(): Promise<void> {
    if (unresolved.length === 0) return;
    const written = await store.findWritten(unresolved.map(({ entry }) => idOf(entry)));
    const found = unresolved.filter(({ entry }) => written.has(idOf(entry)));
    await store.applyChanges(changesOf(found));
    unresolved = [];
    for (const planned of found) settle(planned);
  }

  async function settleReplays(operations: QueuedOperation[]): Promise<QueuedOperation[]> {
    const keyed = operations.filter(hasClientId);
    const originals = await store.findByClientIds(
      keyed.map(({ operation }) => ({ sender: operation.sender, clientId: operation.clientId })),
    );
    const byKey = new Map(originals.map((message) => [`${message.sender}:${message.clientId}`, message]));
    return operations.filter((queued) => {
      if (!hasClientId(queued)) return true;
      const { operation } = queued;
      const original = byKey.get(`${operation.sender}:${operation.clientId}`);
      if (original === undefined) return true;
      // A tombstone has no digest left: whatever came with the key, it is the message that was deleted.
      if (original.bodyDigest === undefined || original.bodyDigest === operation.bodyDigest) {
        queued.resolve({ message: original, outcome: 'replay' });
      } else {
        queued.reject(new ParleyError('client_id_conflict'));
      }
      return false;
    });
  }

  return {
    resolveUnanswered,

    /**
     * Writes a batch and settles what it can. Returns what must be tried again, in order.
     * Throws when the database gave no answer: then nothing of the rest of the batch is settled, and none of it acked.
     */
    async write(batch: QueuedOperation[]): Promise<QueuedOperation[]> {
      await resolveUnanswered();
      const chatIds = new Set(batch.map(({ operation }) => operation.chat.id));
      const known = await heads.load(chatIds);
      const targetIds = batch.flatMap(({ operation }) =>
        operation.type === 'change' ? [operation.messageId] : [],
      );
      const targets = await reader.findByIds(targetIds);
      const plan = planBatch(batch, known, targets, store.newId, now());

      let done = plan.entries;
      let failure: Awaited<ReturnType<MessageStore['insert']>>['failure'] = null;
      try {
        if (plan.entries.length > 0) {
          const outcome = await store.insert(plan.entries.map(({ entry }) => entry));
          failure = outcome.failure;
          done = plan.entries.slice(0, outcome.inserted);
        }
        await store.applyChanges(changesOf(done));
      } catch (error) {
        heads.forget(chatIds);
        unresolved = plan.entries;
        throw error;
      }

      for (const planned of done) {
        heads.advance(planned.entry);
        settle(planned);
      }
      if (failure === null) {
        for (const { queued, error, committed } of plan.decided) {
          if (committed !== undefined) queued.resolve(committed);
          else queued.reject(error);
        }
        return [];
      }
      return retryLater(batch, done, failure.taken);
    },
  };

  /** What was decided after the failed entry was decided on a state that did not come about: all of it goes again. */
  async function retryLater(
    batch: QueuedOperation[],
    done: readonly PlannedEntry[],
    taken: 'rev' | 'clientId',
  ): Promise<QueuedOperation[]> {
    const settled = new Set(done.map(({ queued }) => queued));
    let rest = batch.filter((queued) => !settled.has(queued));
    heads.forget(new Set(rest.map(({ operation }) => operation.chat.id)));
    if (taken === 'clientId') rest = await settleReplays(rest);
    return rest.filter((queued) => {
      queued.attempts += 1;
      if (queued.attempts < ATTEMPTS_MAX) return true;
      queued.reject(new ParleyError('server_busy', { retryAfterSeconds: 1 }));
      return false;
    });
  }
}

function hasClientId(
  queued: QueuedOperation,
): queued is QueuedOperation & { operation: CreateOperation & { clientId: string } } {
  return queued.operation.type === 'create' && queued.operation.clientId !== undefined;
}

function changesOf(entries: readonly PlannedEntry[]): ChangeRecord[] {
  return entries.flatMap(({ entry }) => (entry.type === 'change' ? [entry.change] : []));
}

function idOf(entry: PlannedEntry['entry']): string {
  return entry.type === 'message' ? entry.message.id : entry.change.id;
}
