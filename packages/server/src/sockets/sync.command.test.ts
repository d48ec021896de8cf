import type { SyncInput, SyncResult } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { syncWithin } from './sync.command.js';

/** A chat whose messages have these lengths; each answer takes down how many it was asked for. */
function chatOf(lengths: readonly number[]) {
  const asked: number[] = [];
  const sync = ({ limit }: SyncInput) => {
    asked.push(limit);
    const messages = lengths.slice(0, limit).map((length) => ({ content: 'x'.repeat(length) }));
    return Promise.resolve({ chats: [{ messages }] } as unknown as SyncResult);
  };
  return { asked, sync };
}

const ask = (limit: number): SyncInput => ({ chats: {}, limit });
const countOf = ({ chats }: SyncResult) => chats[0]?.messages.length;

describe('syncWithin', () => {
  it('gives at once what fits', async () => {
    const { asked, sync } = chatOf([10, 10, 10]);
    expect(countOf(await syncWithin(600, ask(200), sync))).toBe(3);
    expect(asked).toEqual([200]);
  });

  it('asks again for about as many messages as half of the limit holds, three bytes to a character', async () => {
    const { asked, sync } = chatOf(Array.from({ length: 500 }, () => 1_000));
    expect(countOf(await syncWithin(60_000, ask(200), sync))).toBe(10);
    expect(asked).toEqual([200, 10]);
  });

  it('asks for less and less where the first messages are the large ones, and gives one that is too large alone', async () => {
    const large = chatOf([9_000, 9_000, ...Array.from({ length: 198 }, () => 1)]);
    expect(countOf(await syncWithin(60_000, ask(200), large.sync))).toBe(1);
    expect(large.asked.length).toBeLessThan(9);
    const huge = chatOf([90_000, 1]);
    expect(countOf(await syncWithin(60_000, ask(200), huge.sync))).toBe(1);
  });
});
