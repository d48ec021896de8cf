import type { Message } from '@parley/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { createChangeLog } from './change.log.js';
import { ChatState } from './chat.state.js';
import { countChange } from './receipts.js';

let state: ChatState;
let told: string[];
let holes: number;

const log = createChangeLog(
  (kind, _state, { seq, rev }) => told.push(`${kind} ${seq}@${rev}`),
  () => {
    holes += 1;
  },
);
const message = (seq: number, rev: number, more: Partial<Message> = {}) =>
  ({ id: `m${seq}`, chatId: 'c', seq, rev, timestamp: '', ...more }) as Message;

beforeEach(() => {
  state = new ChatState('c', null);
  state.rev = 0;
  told = [];
  holes = 0;
});

describe('the log of changes', () => {
  it('tells each change once, in order', () => {
    log.offer(state, message(1, 1));
    log.offer(state, message(2, 2));
    log.offer(state, message(2, 2));
    log.offer(state, message(1, 3, { content: 'edited' }));
    log.offer(state, message(2, 4, { deletedAt: 'now' }));
    expect(told).toEqual(['created 1@1', 'created 2@2', 'updated 1@3', 'deleted 2@4']);
    expect(holes).toBe(0);
  });

  it('holds back what comes behind a hole until the hole is filled', () => {
    log.offer(state, message(3, 3));
    log.offer(state, message(2, 2));
    expect(told).toEqual([]);
    expect(holes).toBe(2);
    log.offer(state, message(1, 1));
    expect(told).toEqual(['created 1@1', 'created 2@2', 'created 3@3']);
    expect(state.waiting.size).toBe(0);
  });

  it('fills a hole from a sync, and does not tell again what the sync has told', () => {
    log.offer(state, message(1, 1));
    log.offer(state, message(4, 4));
    log.applySync(state, { rev: 3, messages: [message(2, 2), message(3, 3)] });
    log.applySync(state, { rev: 4, messages: [message(4, 4)] });
    expect(told).toEqual(['created 1@1', 'created 2@2', 'created 3@3', 'created 4@4']);
  });

  it('tells new messages in the order in which they were written, although one was edited since', () => {
    log.applySync(state, { rev: 3, messages: [message(2, 2), message(1, 3)] });
    expect(told).toEqual(['created 1@3', 'created 2@2']);
  });

  it('tells a change once that a page of a sync gave before its turn', () => {
    log.applySync(state, { rev: 2, messages: [message(2, 2), message(1, 5)] });
    log.applySync(state, { rev: 4, messages: [message(3, 3), message(4, 4)] });
    log.offer(state, message(1, 5));
    log.offer(state, message(5, 6));
    expect(told).toEqual(['created 1@5', 'created 2@2', 'created 3@3', 'created 4@4', 'created 5@6']);
    expect(state.ahead.size).toBe(0);
  });

  it('counts nothing as read that was deleted or hidden before it was ever here', () => {
    const counting = createChangeLog(
      (kind, of, changed, isNew) => countChange(kind, of, changed, isNew, 'me'),
      () => {},
    );
    counting.applySync(state, {
      rev: 4,
      messages: [message(1, 1), message(2, 3, { deletedAt: 'now' }), message(3, 4, { hidden: true })],
    });
    expect(state.unreadCount).toBe(1);
    expect(state.tail.messages.map(({ seq }) => seq)).toEqual([1, 2]);
    counting.offer(state, message(1, 5, { hidden: true }));
    expect(state.unreadCount).toBe(0);
  });

  it('ignores what an answer says of a time that live events have passed', () => {
    for (const rev of [1, 2, 3]) log.offer(state, message(rev, rev));
    log.applySync(state, { rev: 2, messages: [message(1, 1), message(2, 2)] });
    expect(told.length).toBe(3);
    expect(state.rev).toBe(3);
  });

  it('waits with everything of a chat that the server has not told of yet', () => {
    state.rev = -1;
    log.offer(state, message(1, 1));
    expect(told).toEqual([]);
    expect(holes).toBe(1);
    state.rev = 0;
    log.drain(state);
    expect(told).toEqual(['created 1@1']);
  });

  it('keeps a bounded number of changes behind a hole', () => {
    for (let rev = 2; rev < 2_000; rev += 1) log.offer(state, message(rev, rev));
    expect(state.waiting.size).toBeLessThanOrEqual(500);
  });
});
