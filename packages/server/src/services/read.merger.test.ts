import { describe, expect, it, vi } from 'vitest';
import { mergeReads } from './read.merger.js';

/** Reads that are answered, or fail, when the test says so. */
function createHeldReads() {
  const asked: { keys: string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const read = mergeReads<string>(
    (keys) =>
      new Promise((resolve, reject) => {
        const known = keys.filter((key) => key !== 'nobody');
        asked.push({
          keys,
          answer: () => resolve(new Map(known.map((key) => [key, `<${key}>`]))),
          fail: reject,
        });
      }),
  );
  const begun = (count: number) => vi.waitFor(() => expect(asked).toHaveLength(count), { interval: 1 });
  return { asked, read, begun };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('merged reads', () => {
  it('begin at once when nothing is under way, and what comes meanwhile goes together a moment later', async () => {
    const { asked, read, begun } = createHeldReads();
    const first = read(['a']);
    const others = [read(['b', 'c']), read(['c', 'nobody'])] as const;
    expect(asked.map(({ keys }) => keys)).toEqual([['a']]);
    asked[0]?.answer();
    expect([...(await first)]).toEqual([['a', '<a>']]);
    await settle();
    expect(asked).toHaveLength(1);
    const late = read(['d']);
    await begun(2);
    expect(asked.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c', 'nobody', 'd']]);
    asked[1]?.answer();
    // Each gets what it asked for, and nothing that others did.
    expect([...(await others[0]).keys()]).toEqual(['b', 'c']);
    expect([...(await others[1]).keys()]).toEqual(['c']);
    expect([...(await late).keys()]).toEqual(['d']);
  });

  it('never wait for anybody who asks alone, one time after the other', async () => {
    const { asked, read } = createHeldReads();
    for (let n = 0; n < 3; n += 1) {
      const answer = read(['a']);
      expect(asked).toHaveLength(n + 1);
      asked[n]?.answer();
      await answer;
      await settle();
    }
  });

  it('never put more than 1,000 keys into one query, unless one caller asks for more', async () => {
    const { asked, read, begun } = createHeldReads();
    const keys = (from: number, count: number) => Array.from({ length: count }, (_, n) => `${from + n}`);
    const calls = [read(['x']), read(keys(0, 600)), read(keys(600, 400)), read(['y']), read(keys(0, 1_500))];
    for (let n = 0; n < 4; n += 1) {
      await begun(n + 1);
      asked[n]?.answer();
    }
    expect((await Promise.all(calls)).map(({ size }) => size)).toEqual([1, 600, 400, 1, 1_500]);
    expect(asked.map(({ keys: { length } }) => length)).toEqual([1, 1_000, 1, 1_500]);
  });

  it('fail together with what waits, and begin anew afterwards', async () => {
    const { asked, read } = createHeldReads();
    const results = Promise.allSettled([read(['a']), read(['b'])]);
    asked[0]?.fail(new Error('the database is gone'));
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(asked).toHaveLength(1);
    const next = read(['b']);
    asked[1]?.answer();
    expect((await next).get('b')).toBe('<b>');
  });
});
