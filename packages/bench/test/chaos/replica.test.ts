import { expect, it } from 'vitest';
import { createReplica } from '../../src/chaos/workload/replica.js';

const message = { id: 'm', chatId: 'c', seq: 1, rev: 1, sender: 'ann', content: 'hello' };
const answer = (rev: number, messages: object[]) => ({
  epoch: 'e',
  chats: [{ chatId: 'c', rev, messages, watermarks: [] }],
});

it('keeps a message hidden that an answer brings again which was read before', () => {
  const replica = createReplica();
  replica.applySync(answer(1, [message]));
  expect(replica.applyLive('deleted', { ...message, rev: 2, for: 'me' })).toBe(true);
  replica.applySync(answer(1, [message]));
  expect(replica.chats.get('c')).toMatchObject({ rev: 2 });
  expect([...(replica.chats.get('c')?.messages.keys() ?? [])]).toEqual([]);
});

it('lets go of what the user hid while it was away, and of nothing twice', () => {
  const replica = createReplica();
  replica.applyLive('created', message);
  const hidden = { ...message, content: '', rev: 2, hidden: true };
  replica.applySync(answer(2, [hidden]));
  expect(replica.applyLive('deleted', { ...message, rev: 2, for: 'me' })).toBe(true);
  expect(replica.chats.get('c')?.messages.size).toBe(0);
});

it('starts over with what a resync gives', () => {
  const replica = createReplica();
  replica.applySync(answer(1, [message]));
  replica.applyLive('deleted', { ...message, rev: 2, for: 'me' });
  const [part] = answer(3, [{ ...message, id: 'other', rev: 3 }]).chats;
  replica.applySync({ epoch: 'f', chats: [{ ...part, resync: true }] });
  expect([...(replica.chats.get('c')?.messages.keys() ?? [])]).toEqual(['other']);
});
