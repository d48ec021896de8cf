import { setImmediate } from 'node:timers/promises';
import { limits as defaults, ParleyError } from '@parley/protocol';
import type { CommitOperation, Committed, QueuedOperation } from './commit.operation.js';

/** Bytes that an operation holds beside its text. */
const OPERATION_BYTES = 200;

export interface CommitQueueDeps {
  /** Writes a batch, settles what it can, returns what must go again. */
  writer: {
    write: (batch: QueuedOperation[]) => Promise<QueuedOperation[]>;
    resolveUnanswered: () => Promise<void>;
  };
  /** What callers are told when a batch ended without an answer. */
  toRefusal: (error: unknown) => Error;
  limits?: Partial<
    Record<'commitQueueMax' | 'commitQueueMaxBytes' | 'commitBatchMax' | 'commitBatchMaxBytes', number>
  >;
}

export type CommitQueue = ReturnType<typeof createCommitQueue>;

/**
 * One write is under way at a time, and whatever arrives meanwhile goes with the next one. Alone, an operation goes at
 * once; under load the batches grow by themselves. Operations keep their order.
 */
export function createCommitQueue({ writer, toRefusal, limits: overrides }: CommitQueueDeps) {
  const limits = { ...defaults, ...overrides };
  let waiting: QueuedOperation[] = [];
  let waitingBytes = 0;
  let running: Promise<void> | null = null;
  let underWay: Promise<unknown> | null = null;
  let closed = false;

  function takeBatch(): QueuedOperation[] {
    let count = 0;
    let bytes = 0;
    for (const { bytes: size } of waiting) {
      if (count === limits.commitBatchMax || (count > 0 && bytes + size > limits.commitBatchMaxBytes)) break;
      count += 1;
      bytes += size;
    }
    waitingBytes -= bytes;
    return waiting.splice(0, count);
  }

  function putBack(operations: QueuedOperation[]): void {
    waiting = [...operations, ...waiting];
    for (const { bytes } of operations) waitingBytes += bytes;
  }

  /** The database gave no answer: nothing that waits would fare better, and a refusal now beats one after a time-out. */
  function refuseAll(batch: QueuedOperation[], error: unknown): void {
    const refusal = toRefusal(error);
    const refused = [...batch, ...waiting];
    waiting = [];
    waitingBytes = 0;
    for (const { reject } of refused) reject(refusal);
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = takeBatch();
      try {
        const written = writer.write(batch);
        underWay = written;
        const again = await written;
        putBack(again);
        // What has come while the batch was written is read from the sockets first, and goes along with the next one.
        await setImmediate();
      } catch (error) {
        refuseAll(batch, error);
      }
    }
    underWay = null;
    running = null;
  }

  return {
    /**
     * Writes an operation; resolves once it is journaled, in order.
     * Throws `server_busy` past the limits, `shutting_down` once closed, `database_unavailable` without an answer of
     * the database (then it may or may not have been written: try again with the same clientId).
     */
    commit(operation: CommitOperation): Promise<Committed> {
      if (closed) return Promise.reject(new ParleyError('shutting_down', { retryAfterSeconds: 5 }));
      const bytes = OPERATION_BYTES + (operation.type === 'create' ? operation.content.length : 0);
      if (waiting.length >= limits.commitQueueMax || waitingBytes + bytes > limits.commitQueueMaxBytes) {
        return Promise.reject(new ParleyError('server_busy', { retryAfterSeconds: 1 }));
      }
      return new Promise((resolve, reject) => {
        waiting.push({ operation, bytes, attempts: 0, resolve, reject });
        waitingBytes += bytes;
        running ??= run();
      });
    },

    /**
     * Resolves once the write under way is journaled, if there is one. What a reader found before this call is on disk
     * then: entries can be read a moment before that, and a crash in between takes them back. Throws
     * `database_unavailable` when the write ended without an answer.
     */
    async settle(): Promise<void> {
      try {
        await underWay;
      } catch (error) {
        throw toRefusal(error);
      }
    },

    /** How many operations wait. */
    depth: () => waiting.length,

    /** The database is back: entries that had got no answer are looked for and told to the others. */
    async resume(): Promise<void> {
      running ??= writer.resolveUnanswered().then(run, () => run());
      await running;
    },

    /** Takes nothing more and writes what waits. */
    async close(): Promise<void> {
      closed = true;
      await running;
    },
  };
}
