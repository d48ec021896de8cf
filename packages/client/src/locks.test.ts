import { describe, expect, it } from 'vitest';
import { createLocks } from './locks.js';

const locks = createLocks();

describe('locks of one process', () => {
  it('run one task of a name after the other, although one of them fails', async () => {
    const order: string[] = [];
    const task = (name: string) => async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      if (name === 'a') throw new Error('failed');
    };
    await Promise.allSettled([locks.run('x', task('a')), locks.run('x', task('b'))]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('are held by one at a time', async () => {
    const release = await locks.tryHold('y');
    expect(await locks.tryHold('y')).toBeNull();
    release?.();
    expect(await locks.tryHold('y')).not.toBeNull();
  });
});
