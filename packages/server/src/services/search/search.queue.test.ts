import { expect, it } from 'vitest';
import type { MessageRecord } from '../../models/message.record.js';
import type { SearchEntry } from '../../models/search.record.js';
import type { WritePace } from '../write.pace.js';
import { createSearchQueue } from './search.queue.js';

const makeMessage = (id: string, content: string, rev = 1): MessageRecord => ({
  id,
  chatId: 'chat',
  seq: 1,
  rev,
  createdRev: 1,
  sender: 'ann',
  content,
  messageType: 'text',
  createdAt: new Date(0),
});

function makeQueue(limits?: { messages: number; characters: number }) {
  const written: SearchEntry[] = [];
  const queue = createSearchQueue({
    write: async (entries) => void written.push(...entries),
    onError: (error) => expect(error).toBeUndefined(),
    pace: () => 'some',
    ...(limits !== undefined && { limits }),
  });
  return { queue, written };
}

it('writes a message that changed while it waited once, in its newest state', async () => {
  const { queue, written } = makeQueue();
  queue.note(makeMessage('1', 'old'));
  queue.note(makeMessage('1', 'new', 2));
  await queue.close();
  expect(written.map(({ tokens }) => tokens)).toEqual([['new']]);
});

it('writes a message again that changes while it is being written', async () => {
  const { queue, written } = makeQueue();
  queue.note(makeMessage('1', 'old'));
  const closed = queue.close();
  queue.note(makeMessage('1', 'new', 2));
  expect([...queue.waiting()].map(({ content }) => content)).toEqual(['new']);
  await closed;
  expect(written.map(({ tokens }) => tokens)).toEqual([['old'], ['new']]);
});

it.each([
  { messages: 3, characters: 1_000 },
  { messages: 1_000, characters: 15 },
])(
  'takes no more than $messages messages and $characters characters, and remembers since when',
  async (limits) => {
    const { queue, written } = makeQueue(limits);
    const startedAt = Date.now();
    for (const id of ['1', '2', '3', '4', '5']) queue.note(makeMessage(id, 'hello'));
    expect([...queue.waiting()]).toHaveLength(3);
    expect(queue.droppedSince()?.getTime()).toBeGreaterThanOrEqual(startedAt);
    queue.note(makeMessage('2', 'bye', 2));
    expect([...queue.waiting()].map(({ content }) => content)).toContain('bye');
    expect(queue.takeDropped()).toBeNull();
    await queue.close();
    expect(written).toHaveLength(3);
    expect(queue.takeDropped()?.getTime()).toBeGreaterThanOrEqual(startedAt);
    expect(queue.takeDropped()).toBeNull();
  },
);

it('does not hold on to the old state of a message whose new one finds no room', async () => {
  const { queue } = makeQueue({ messages: 10, characters: 20 });
  queue.note(makeMessage('1', 'short'));
  queue.note(makeMessage('1', 'longer than there is room for', 2));
  expect([...queue.waiting()]).toEqual([]);
  queue.note(makeMessage('2', 'twenty characters .,'));
  expect([...queue.waiting()]).toHaveLength(1);
  expect(queue.takeDropped()).toBeNull();
  await queue.close();
  expect(queue.takeDropped()).not.toBeNull();
});

it('tells since when the oldest message waits', () => {
  const { queue } = makeQueue();
  const startedAt = Date.now();
  queue.note(makeMessage('1', 'hello'));
  expect(queue.indexedUntil().getTime()).toBeGreaterThanOrEqual(startedAt);
  expect(queue.indexedUntil().getTime()).toBeLessThanOrEqual(Date.now());
});

it('leaves nine tenths of the time to those who write, half of it to nobody, and nearly all to a flood', () => {
  let pace: WritePace = 'none';
  const queue = createSearchQueue({
    write: async () => undefined,
    onError: () => undefined,
    pace: () => pace,
  });
  expect(queue.rest()).toBe(1);
  pace = 'some';
  expect(queue.rest()).toBe(9);
  pace = 'flood';
  expect(queue.rest()).toBe(39);
});
