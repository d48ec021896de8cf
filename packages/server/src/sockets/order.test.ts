import { describe, expect, it } from 'vitest';
import { CommandInbox } from './command.inbox.js';
import { createOrderedQueue } from './ordered.queue.js';

function hold(): { promise: Promise<void>; release: () => void } {
  let release: (() => void) | undefined;
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release: () => release?.() };
}

describe('the ordered queue', () => {
  it('runs at once what needs no preparation', () => {
    const done: number[] = [];
    createOrderedQueue(() => undefined).runReady('a', () => done.push(1));
    expect(done).toEqual([1]);
  });

  it('keeps the order of one key while something prepares, and lets other keys pass', async () => {
    const queue = createOrderedQueue(() => undefined);
    const done: string[] = [];
    const { promise, release } = hold();
    queue.run(
      'a',
      () => promise,
      () => done.push('prepared'),
    );
    queue.runReady('a', () => done.push('after'));
    queue.runReady('b', () => done.push('other'));
    expect(done).toEqual(['other']);
    release();
    await expect.poll(() => done).toEqual(['other', 'prepared', 'after']);
    queue.runReady('a', () => done.push('idle again'));
    await expect.poll(() => done.at(-1)).toBe('idle again');
  });

  it('goes on after a failure and tells of it', async () => {
    const errors: unknown[] = [];
    const queue = createOrderedQueue((error) => errors.push(error));
    const done: string[] = [];
    queue.run(
      'a',
      () => Promise.reject(new Error('lookup failed')),
      () => done.push('never'),
    );
    queue.runReady('a', () => done.push('after'));
    await expect.poll(() => done).toEqual(['after']);
    expect(errors).toEqual([new Error('lookup failed')]);
  });
});

describe('the inbox', () => {
  it('runs one step after the other and refuses what is too much', async () => {
    const inbox = new CommandInbox(2);
    const done: number[] = [];
    const { promise, release } = hold();
    const step = (n: number) => async () => {
      await promise;
      done.push(n);
    };
    expect([1, 2, 3, 4].map((n) => inbox.push(step(n)))).toEqual([true, true, true, false]);
    release();
    await expect.poll(() => done).toEqual([1, 2, 3]);
    expect(inbox.push(step(5))).toBe(true);
    await expect.poll(() => done).toEqual([1, 2, 3, 5]);
  });

  it('drops what waits when it closes', async () => {
    const inbox = new CommandInbox(9);
    const done: number[] = [];
    const { promise, release } = hold();
    inbox.push(() => promise);
    inbox.push(async () => void done.push(1));
    inbox.close();
    release();
    await promise;
    inbox.push(async () => void done.push(2));
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual([]);
  });
});
