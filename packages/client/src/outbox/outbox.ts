import type { Message } from '@parley/protocol';
import { wait } from '../backoff.js';
import type { ChatState } from '../chats/chat.state.js';
import { ParleyClientError, toClientError } from '../client.error.js';
import { OutboxEntry, type StoredEntry } from './outbox.entry.js';
import type { OutboxStore } from './outbox.store.js';
import { judgeFailure } from './send.verdict.js';

export interface OutboxDeps {
  store: OutboxStore;
  /** The chat of a key. */
  stateOf: (chatKey: string) => ChatState;
  /** Sends once; gives the message as the server has it. */
  transmit: (entry: StoredEntry, state: ChatState) => Promise<Message>;
  isUp: () => boolean;
  /** A message of the chat came, went or changed its status. */
  onChange: (state: ChatState) => void;
  /** The server refused a message. */
  onFailed: (entry: OutboxEntry) => void;
  onAcknowledged: (entry: StoredEntry, state: ChatState, message: Message) => void;
}

export type Outbox = ReturnType<typeof createOutbox>;

/** Sends messages: of each chat one after the other, again and again with the same clientId until the server has it. */
export function createOutbox(deps: OutboxDeps) {
  const { store, isUp } = deps;
  /** By clientId, in the order of sending. */
  const entries = new Map<string, OutboxEntry>();
  const lanes = new Set<ChatState>();
  /** The rates of the server are per user: one refusal holds for all chats. */
  let pausedUntil = 0;
  let isClosed = false;

  const ofState = (state: ChatState) => [...entries.values()].filter((entry) => entry.state === state);

  function pump(): void {
    for (const { state } of entries.values()) void runLane(state);
  }

  async function runLane(state: ChatState): Promise<void> {
    if (lanes.has(state)) return;
    lanes.add(state);
    for (let isGoing = true; isGoing && isUp() && !isClosed; ) {
      const next = ofState(state).find(({ isWaiting }) => isWaiting);
      isGoing = !!next && (await sendOnce(next));
    }
    lanes.delete(state);
  }

  /** False when the lane has to wait for a connection. */
  async function sendOnce(entry: OutboxEntry): Promise<boolean> {
    const pauseMs = pausedUntil - Date.now();
    if (pauseMs > 0) {
      await wait(pauseMs);
      return true;
    }
    try {
      const message = await deps.transmit(entry.stored, entry.state);
      conclude(entry, message);
      deps.onAcknowledged(entry.stored, entry.state, message);
    } catch (thrown) {
      const error = toClientError(thrown);
      // It may have come to an end in another way.
      if (!entries.has(entry.stored.clientId) || !entry.isWaiting) return true;
      const verdict = judgeFailure(error, entry.attempts++, isUp());
      if (verdict === 'later') return false;
      if (verdict === 'failed') fail(entry, error);
      else pausedUntil = Date.now() + verdict;
    }
    return true;
  }

  function conclude(entry: OutboxEntry, message: Message): void {
    if (!entry.acknowledged) void store.remove(entry.stored);
    entry.acknowledged = message;
    entry.resolve(message);
    deps.onChange(entry.state);
  }

  function fail(entry: OutboxEntry, error: ParleyClientError): void {
    entry.stored.failure = { code: error.code, message: error.message };
    entry.reject(error);
    keep(entry);
    deps.onFailed(entry);
  }

  function keep({ stored, state }: OutboxEntry): void {
    void store.put(stored);
    deps.onChange(state);
  }

  function insert(stored: StoredEntry): OutboxEntry {
    const entry = new OutboxEntry(stored, deps.stateOf(stored.chatKey));
    entries.set(stored.clientId, entry);
    return entry;
  }

  return {
    ofState,
    pump,

    /** How many messages the server does not have yet, those that failed among them. */
    count: () => [...entries.values()].filter(({ acknowledged }) => !acknowledged).length,

    /** Takes a message; it is kept from now on. */
    add(message: Omit<StoredEntry, 'createdAt' | 'owner'>): OutboxEntry {
      const held = entries.get(message.clientId);
      if (held) return held;
      const entry = insert({
        ...message,
        createdAt: new Date().toISOString(),
        owner: '',
      });
      keep(entry);
      void runLane(entry.state);
      return entry;
    },

    /** Takes over what was left by tabs that are gone, and by this one before it was loaded again. */
    async adopt(): Promise<void> {
      const orphans = await store.adoptOrphans();
      for (const stored of orphans) deps.onChange(insert(stored).state);
      // The Map keeps the order of sending; within a millisecond it is in the clientId.
      const timeOf = ({ stored }: OutboxEntry) => stored.createdAt + stored.clientId;
      const sorted = [...entries.values()].sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
      entries.clear();
      for (const entry of sorted) entries.set(entry.stored.clientId, entry);
      pump();
    },

    /** The change log has come to the message: from now on it is one like any other. */
    settle(clientId: string, message: Message): void {
      const entry = entries.get(clientId);
      if (!entry) return;
      entries.delete(clientId);
      // Perhaps without an ack until now: it was lost, or another tab has sent the message.
      conclude(entry, message);
    },

    /** Tries a failed message again, with the same clientId. */
    retry(clientId: string): void {
      const entry = entries.get(clientId);
      if (!entry?.stored.failure) return;
      entry.stored.failure = undefined;
      entry.attempts = 0;
      keep(entry);
      void runLane(entry.state);
    },

    /** Drops a message that the server does not have. One that is just being sent may arrive all the same. */
    discard(clientId: string): void {
      const entry = entries.get(clientId);
      if (!entry || entry.acknowledged) return;
      entries.delete(clientId);
      void store.remove(entry.stored);
      entry.reject(new ParleyClientError('closed', 'The message was discarded'));
      deps.onChange(entry.state);
    },

    /** Sends no more; all is written, and free to be taken over by another tab. */
    close(): Promise<void> {
      isClosed = true;
      return store.close();
    },
  };
}
