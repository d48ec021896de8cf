import type { Message } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { MessageWindow } from './message.window.js';

const message = (seq: number, rev = seq, hidden = false) =>
  ({ id: `m${seq}`, seq, rev, ...(hidden && { hidden }) }) as Message;
const seqs = (window: MessageWindow) => window.messages.map(({ seq }) => seq);

describe('a window of messages', () => {
  it('grows at both ends and knows what it covers', () => {
    const window = new MessageWindow(11);
    expect(window).toMatchObject({ low: 11, high: 10, hasOlder: true });
    window.append(message(11));
    window.prepend({ messages: [message(9), message(10)], hasMore: true });
    expect(seqs(window)).toEqual([9, 10, 11]);
    expect(window).toMatchObject({ low: 9, high: 11, hasOlder: true });
    window.prepend({ messages: [message(8)], hasMore: false });
    expect(window).toMatchObject({ low: 1, hasOlder: false });
  });

  it('keeps the newer of two versions, whichever comes first', () => {
    const window = new MessageWindow(1);
    window.append(message(1, 5));
    window.put(message(1, 3));
    expect(window.messages[0]?.rev).toBe(5);
    window.update(message(1, 7));
    expect(window.messages[0]?.rev).toBe(7);
  });

  it('lets go of a hidden message, and takes up none', () => {
    const window = new MessageWindow(1);
    for (const seq of [1, 2, 3]) window.append(message(seq));
    window.update(message(2, 4, true));
    window.put(message(4, 5, true));
    expect(seqs(window)).toEqual([1, 3]);
  });

  it('ignores changes of messages that it does not hold', () => {
    const window = new MessageWindow(5);
    window.append(message(5));
    window.update(message(2, 9));
    expect(seqs(window)).toEqual([5]);
  });

  it('covers no more than it holds once it is trimmed', () => {
    const window = new MessageWindow(1);
    for (let seq = 1; seq <= 10; seq += 1) window.append(message(seq));
    window.trim(3);
    expect(seqs(window)).toEqual([8, 9, 10]);
    expect(window).toMatchObject({ low: 8, high: 10, hasOlder: true });
  });
});
