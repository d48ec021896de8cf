import { expect, it } from 'vitest';
import type { HeadUpdate } from '../../models/chat.store.js';
import type { MessageRecord } from '../../models/message.record.js';
import { createHeadWriter } from './head.writer.js';

const direct = { id: 'direct', kind: 'direct' as const, participants: ['ann', 'bob'] };
const lobby = { id: 'lobby', kind: 'room' as const, participants: [] };
const message = (rev: number) =>
  ({ id: `m${rev}`, rev, seq: rev, createdAt: new Date(rev) }) as MessageRecord;

it("writes a user's heads and those of rooms before the user's list, and waits for nothing that comes later", async () => {
  const written: HeadUpdate[] = [];
  const writer = createHeadWriter({
    async advanceHeads(updates) {
      written.push(...updates);
      // The lobby never falls silent.
      writer.note(lobby, message(written.length + 10), true);
      await Promise.resolve();
    },
    onError: (error) => expect(error).toBeUndefined(),
    pace: () => 'some',
  });
  writer.note(lobby, message(1), true);
  await writer.flushOf('carol');
  expect(written.map(({ chatId, rev }) => [chatId, rev])).toEqual([['lobby', 1]]);
  writer.note(direct, message(2), true);
  await writer.flushOf('ann');
  expect(written.find(({ chatId }) => chatId === 'direct')).toMatchObject({ rev: 2, lastMessageId: 'm2' });
});

it('keeps what a later change says nothing of, also where the write in between failed', async () => {
  const written: HeadUpdate[][] = [];
  let isDown = true;
  const writer = createHeadWriter({
    async advanceHeads(updates) {
      if (isDown) throw new Error('no answer');
      written.push([...updates]);
    },
    onError: () => undefined,
    pace: () => 'some',
  });
  writer.note(direct, message(1), true);
  await expect(writer.flushOf('ann')).rejects.toThrow('no answer');
  writer.note(direct, message(2), false);
  isDown = false;
  await writer.close();
  expect(written).toEqual([
    [{ chatId: 'direct', rev: 2, lastSeq: 1, lastMessageId: 'm1', lastActivity: new Date(1) }],
  ]);
});
