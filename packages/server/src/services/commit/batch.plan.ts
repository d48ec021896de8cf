import { ParleyError } from '@parley/protocol';
import type { ChatHead, LogEntry, MessageRecord } from '../../models/message.record.js';
import type { Committed, MessageChange, QueuedOperation } from './commit.operation.js';

/** An entry to insert, and what its operation comes to once it is on disk. */
export interface PlannedEntry {
  queued: QueuedOperation;
  entry: LogEntry;
  message: MessageRecord;
}

/** An operation that needs no entry: refused, or nothing to do. */
export interface Decided {
  queued: QueuedOperation;
  error?: unknown;
  committed?: Committed;
}

export interface BatchPlan {
  entries: PlannedEntry[];
  decided: Decided[];
}

/**
 * Gives every operation of a batch its revision and number, in order of arrival.
 * `heads` and `targets` are what is on disk; neither is changed. A chat that is not in `heads` is empty.
 */
export function planBatch(
  batch: readonly QueuedOperation[],
  heads: ReadonlyMap<string, ChatHead>,
  targets: ReadonlyMap<string, MessageRecord>,
  newId: () => string,
  now: Date,
): BatchPlan {
  const plan: BatchPlan = { entries: [], decided: [] };
  const workingHeads = new Map<string, ChatHead>();
  const workingTargets = new Map(targets);

  for (const queued of batch) {
    const { operation } = queued;
    const chatId = operation.chat.id;
    const head = workingHeads.get(chatId) ?? heads.get(chatId) ?? { rev: 0, seq: 0, at: null };
    // Times never run backwards within a chat, whatever the clock does, so that sorting by time keeps the order.
    const at = head.at !== null && head.at > now ? head.at : now;
    const rev = head.rev + 1;

    if (operation.type === 'create') {
      const message: MessageRecord = {
        id: newId(),
        chatId,
        seq: head.seq + 1,
        rev,
        createdRev: rev,
        sender: operation.sender,
        content: operation.content,
        messageType: operation.messageType,
        createdAt: at,
      };
      if (operation.clientId !== undefined) message.clientId = operation.clientId;
      if (operation.bodyDigest !== undefined) message.bodyDigest = operation.bodyDigest;
      plan.entries.push({ queued, entry: { type: 'message', message }, message });
      workingHeads.set(chatId, { rev, seq: message.seq, at });
      continue;
    }

    const current = workingTargets.get(operation.messageId);
    if (current === undefined || current.chatId !== chatId) {
      plan.decided.push({ queued, error: new ParleyError('message_not_found') });
      continue;
    }
    try {
      const change = operation.decide(current, at);
      if (change === null) {
        plan.decided.push({ queued, committed: { message: current, outcome: 'unchanged' } });
        continue;
      }
      const next = applyChange(current, change, rev);
      const { kind, by } = operation;
      const entry = { id: newId(), chatId, rev, lastSeq: head.seq, kind, by, at, next };
      plan.entries.push({ queued, entry: { type: 'change', change: entry }, message: next });
      workingTargets.set(operation.messageId, next);
      workingHeads.set(chatId, { rev, seq: head.seq, at });
    } catch (error) {
      plan.decided.push({ queued, error });
    }
  }
  return plan;
}

/** A change removes a member by setting it to undefined. */
function applyChange(current: MessageRecord, change: MessageChange, rev: number): MessageRecord {
  const members = Object.entries({ ...current, ...change, rev }).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members) as unknown as MessageRecord;
}
