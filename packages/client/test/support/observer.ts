import { expect } from 'vitest';
import type { ChatClient, LocalMessage, MessageEvent } from '../../src/index.js';

/** What one client was told, checked for order while it comes. */
export interface Observer {
  /** By message id, as the last change left it. */
  messages: Map<string, LocalMessage>;
  /** Everything that was wrong with the order or number of the changes. */
  faults: string[];
  count: number;
}

/** Follows the changes of a client: none twice, none out of order. */
export function observe(client: ChatClient): Observer {
  const observer: Observer = { messages: new Map(), faults: [], count: 0 };
  const lastSeq = new Map<string, number>();

  function note(kind: 'created' | 'updated' | 'deleted', { chatId, rev, message }: MessageEvent): void {
    observer.count += 1;
    const held = observer.messages.get(message.id);
    const fault = (reason: string) =>
      observer.faults.push(`${kind} ${chatId} seq ${message.seq} rev ${rev}: ${reason}`);
    if (kind === 'created' && held !== undefined) fault('was created before');
    if (held !== undefined && held.rev >= rev) fault(`came after rev ${held.rev}`);
    if (held === undefined) {
      const last = lastSeq.get(chatId) ?? message.seq - 1;
      if (message.seq !== last + 1) fault(`came after seq ${last}`);
      lastSeq.set(chatId, message.seq);
    }
    observer.messages.set(message.id, message);
  }

  client.on('message', (event) => note('created', event));
  client.on('message_updated', (event) => note('updated', event));
  client.on('message_deleted', (event) => note('deleted', event));
  return observer;
}

/** What of a message all who see it must agree on. */
export function essence(messages: Iterable<LocalMessage>) {
  return [...messages]
    .sort((a, b) => a.seq - b.seq)
    .map(({ id, seq, rev, content, deletedAt }) => ({
      id,
      seq,
      rev,
      content,
      deleted: deletedAt !== undefined,
    }));
}

/** Fails with the first things that went wrong. */
export function expectFaultless(...observers: Observer[]): void {
  for (const { faults } of observers) expect(faults.slice(0, 5)).toEqual([]);
}
