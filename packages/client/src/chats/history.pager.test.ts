import type { Message } from '@parley/protocol';
import { expect, it } from 'vitest';
import type { CallRoute } from '../protocol.types.js';
import { createChangeLog } from './change.log.js';
import { ChatState } from './chat.state.js';
import { createHistoryPager } from './history.pager.js';

const message = (seq: number, rev = seq, more: Partial<Message> = {}) =>
  ({ id: `m${seq}`, chatId: 'c', seq, rev, timestamp: '', ...more }) as Message;

it('leaves out of a page what the user hid while it was on its way', async () => {
  const state = new ChatState('c', 'bob');
  state.rev = 9;
  let answer: (page: object) => void = () => {};
  const call = (() => new Promise((resolve) => (answer = resolve))) as unknown as CallRoute;
  const page = createHistoryPager(call, () => ({}))(state, { before: 10 }, 3);
  createChangeLog(
    () => {},
    () => {},
  ).offer(state, message(8, 10, { hidden: true }));
  answer({ messages: [message(7), message(8), message(9)], hasMore: true });
  expect((await page).messages.map(({ seq }) => seq)).toEqual([7, 9]);
});
