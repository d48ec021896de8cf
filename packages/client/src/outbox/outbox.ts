import type { Message } from '@parley/protocol';
import type { ChatState } from '../chats/chat.state.js';
import { ParleyClientError, toClientError } from '../client.error.js';
import { createUuidV7 } from '../uuid.v7.js';
import { OutboxEntry, type StoredEntry } from './outbox.entry.js';
import type { OutboxStore } from './outbox.store.js';
import { judgeFailure } from './send.verdict.js';

export interface OutboxDeps {
  store: OutboxStore;
  /** The chat of an entry that comes from storage. */
  stateOf: (entry: StoredEntry) => ChatState;
  /** Sends once; gives the message as the server has it. */
  transmit: (entry: StoredEntry, state: ChatState) => Promise<Message>;
  isUp: () => boolean;
  /** A message of the chat came, went or changed its status. */
  onChange: (state: ChatState) => void;
  /** The server refused a message. */
  onFailed: (entry: OutboxEntry) => void;
  onAcknowledged: (state: ChatState, message: Message) => void;
}

export type Outbox = ReturnType<typeof createOutbox>;

/** Sends messages: of each chat one after the other, again and again with the same clientId until the server has it. */
export function createOutbox(deps: OutboxDeps) {
  const { store, stateOf, transmit, isUp, onChange, onFailed, onAcknowledged } = deps;
  /** By clientId, in the order of sending. */
  const entries = new Map<string, OutboxEntry>();
  const lanes = new Set<ChatState>();
  /** The rates of the server are per user: one refusal holds for all chats. */
  let pausedUntil = 0;
  let isClosed = false;

  function ofState(state: ChatState): OutboxEntry[] {
    return [...entries.values()].filter((entry) => entry.state === state);
  }

  function pump(): void {
    for (const { state } of entries.values()) void runLane(state);
  }

  async function runLane(state: ChatState): Promise<void> {
    if (lanes.has(state)) return;
    lanes.add(state);
    try {
      while (isUp() && !isClosed) {
        const next = ofState(state).find(({ isWaiting }) => isWaiting);
        if (next === undefined || !(await sendOnce(next))) return;
      }
    } finally {
      lanes.delete(state);
    }
  }

  /** False when the lane has to wait for a connection. */
  async function sendOnce(entry: OutboxEntry): Promise<boolean> {
    const { stored, state } = entry;
    const pauseMs = pausedUntil - Date.now();
    if (pauseMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      return true;
    }
    try {
      acknowledge(entry, await transmit(stored, state));
      return true;
    } catch (error) {
      const failure = toClientError(error);
      if (isClosed || !entries.has(stored.clientId) || !entry.isWaiting) return true;
      const verdict = judgeFailure(failure, entry.attempts, isUp());
      entry.attempts += 1;
      if (verdict.kind === 'failed') fail(entry, failure);
      if (verdict.kind === 'again') pausedUntil = Date.now() + verdict.afterMs;
      return verdict.kind !== 'later';
    }
  }

  function acknowledge(entry: OutboxEntry, message: Message): void {
    if (!entries.has(entry.stored.clientId) || entry.acknowledged !== undefined) return;
    entry.acknowledged = message;
    delete entry.stored.failure;
    store.remove(entry.stored.clientId);
    entry.resolve(message);
    onChange(entry.state);
    onAcknowledged(entry.state, message);
  }

  function fail(entry: OutboxEntry, error: ParleyClientError): void {
    entry.stored.failure = { code: error.code, message: error.message };
    store.put(entry.stored);
    entry.reject(error);
    onChange(entry.state);
    onFailed(entry);
  }

  function insert(stored: StoredEntry): OutboxEntry {
    const entry = new OutboxEntry(stored, stateOf(stored));
    entries.set(stored.clientId, entry);
    return entry;
  }

  return {
    ofState,
    pump,

    /** How many messages the server does not have yet, those that failed among them. */
    count: () => [...entries.values()].filter(({ acknowledged }) => acknowledged === undefined).length,

    /** Chats with messages on their way. */
    states: () => new Set([...entries.values()].map(({ state }) => state)),

    /** Takes a message; it is kept from now on. */
    add(message: Pick<StoredEntry, 'chatId' | 'to' | 'content' | 'messageType'>): OutboxEntry {
      const createdAt = new Date().toISOString();
      const entry = insert({ ...message, clientId: createUuidV7(), createdAt, owner: store.owner });
      store.put(entry.stored);
      onChange(entry.state);
      void runLane(entry.state);
      return entry;
    },

    /** Takes over what was left by tabs that are gone, and by this one before it was loaded again. */
    async adopt(): Promise<void> {
      const orphans = await store.adoptOrphans((clientId) => entries.has(clientId));
      for (const stored of orphans) onChange(insert(stored).state);
      // The Map keeps the order of sending: a clientId sorts by time.
      const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
      entries.clear();
      for (const [clientId, entry] of sorted) entries.set(clientId, entry);
      pump();
    },

    /** The change log has come to the message: from now on it is one like any other. */
    settle(clientId: string, message: Message): void {
      const entry = entries.get(clientId);
      if (entry === undefined) return;
      if (entry.acknowledged === undefined) {
        // The ack was lost, or another tab has sent it.
        entry.acknowledged = message;
        store.remove(clientId);
        entry.resolve(message);
      }
      entries.delete(clientId);
      onChange(entry.state);
    },

    /** Tries a failed message again, with the same clientId. */
    retry(clientId: string): void {
      const entry = entries.get(clientId);
      if (entry?.stored.failure === undefined) return;
      delete entry.stored.failure;
      entry.attempts = 0;
      store.put(entry.stored);
      onChange(entry.state);
      void runLane(entry.state);
    },

    /** Drops a message that the server does not have. One that is just being sent may arrive all the same. */
    discard(clientId: string): void {
      const entry = entries.get(clientId);
      if (entry === undefined || entry.acknowledged !== undefined) return;
      entries.delete(clientId);
      store.remove(clientId);
      entry.reject(new ParleyClientError('closed', 'The message was discarded'));
      onChange(entry.state);
    },

    /** Sends no more. */
    close(): void {
      isClosed = true;
    },

    /** All is written, and free to be taken over by another tab. */
    release: () => store.close(),
  };
}
