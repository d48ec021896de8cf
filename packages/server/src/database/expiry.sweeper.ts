import type { Connection } from 'mongoose';
import type { DatabaseLogger } from './database.logger.js';

/** Most documents that one delete takes: small enough to stay under 10 ms, so that sends do not queue behind it. */
const BATCH_SIZE = 500;
/** Most batches per rule and sweep; what is left waits for the next sweep. */
const MAX_BATCHES = 20;

/** Documents of `collection` expire at the date in `field` (plus `afterMs`); documents without that date never do. */
export interface ExpiryRule {
  collection: string;
  field: string;
  /** Milliseconds after the date; default 0. */
  afterMs?: number;
}

export interface ExpirySweeperOptions {
  connection: Connection;
  logger: DatabaseLogger;
  rules: readonly ExpiryRule[];
  /** Pause between the end of one sweep and the start of the next, in milliseconds. */
  intervalMs: number;
  /** Time in milliseconds since 1970; default `Date.now`. */
  now?: () => number;
}

export interface ExpirySweeper {
  /** Sweeps now, or joins the sweep that is running; resolves with the number of documents deleted. Rejects like a query. */
  sweepOnce(): Promise<number>;
  /** Ends the interval and waits for a running sweep. */
  stop(): Promise<void>;
}

/**
 * Deletes expired documents, as TTL indexes of the embedded engine never fire. Late by up to the interval, so
 * whoever reads an expiring document checks its date as well. Each rule needs an index on its field.
 */
export function startExpirySweeper({
  connection,
  logger,
  rules,
  intervalMs,
  now = Date.now,
}: ExpirySweeperOptions): ExpirySweeper {
  let running: Promise<number> | undefined;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  const sweepOnce = (): Promise<number> => {
    running ??= sweepAll().finally(() => {
      running = undefined;
    });
    return running;
  };
  const sweepAll = async (): Promise<number> => {
    let deleted = 0;
    for (const rule of rules) deleted += await sweepRule(connection, rule, now(), () => isStopped);
    if (deleted > 0) logger.debug({ deleted }, 'expired documents deleted');
    return deleted;
  };
  const schedule = (): void => {
    timer = setTimeout(() => void sweepAndGoOn(), intervalMs);
    timer.unref();
  };
  const sweepAndGoOn = async (): Promise<void> => {
    try {
      await sweepOnce();
    } catch (error) {
      // Nothing depends on it: the next sweep makes up for this one.
      logger.warn({ reason: (error as Error).name }, 'expired documents could not be deleted');
    }
    if (!isStopped) schedule();
  };
  schedule();
  return {
    sweepOnce,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running?.catch(() => undefined);
    },
  };
}

async function sweepRule(
  connection: Connection,
  rule: ExpiryRule,
  now: number,
  isStopped: () => boolean,
): Promise<number> {
  const collection = connection.collection(rule.collection);
  // A comparison with a date matches dates alone: null, a missing field or a number is never expired.
  const expired = { [rule.field]: { $lte: new Date(now - (rule.afterMs ?? 0)) } };
  let deleted = 0;
  for (let batch = 0; batch < MAX_BATCHES && !isStopped(); batch += 1) {
    const found = await collection
      .find(expired, { projection: { _id: 1 } })
      .sort({ [rule.field]: 1 })
      .limit(BATCH_SIZE)
      .toArray();
    if (found.length === 0) break;
    // The condition again: a document whose date was moved on since the search stays.
    const result = await collection.deleteMany({
      _id: { $in: found.map((document) => document._id) },
      ...expired,
    });
    deleted += result.deletedCount;
    if (found.length < BATCH_SIZE) break;
  }
  return deleted;
}
