import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPasswordService } from '../../src/services/password.service.js';
import { createPasswordThreads, type HashJob } from '../../src/services/password.threads.js';

let threads: ReturnType<typeof createPasswordThreads>;
beforeEach(() => {
  threads = createPasswordThreads({ nice: 5 });
});
afterEach(() => threads.close());

const slowly = { digest: 'a digest', cost: 12 };

/** How nice each thread of this process is: field 19 of proc_pid_stat(5). */
const niceness = () =>
  readdirSync('/proc/self/task').map((id) => {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });

describe('the threads that hash passwords', () => {
  it.runIf(process.platform === 'linux')(
    'give way to all others, and make nobody else give way',
    async () => {
      const before = niceness().filter((nice) => nice === 5).length;
      await Promise.all([threads.run(slowly), threads.run(slowly)]);
      expect(niceness().filter((nice) => nice === 5).length - before).toBe(2);
      expect(niceness().filter((nice) => nice === 0).length).toBeGreaterThan(0);
    },
  );

  it.runIf(process.platform === 'linux')('give way even more while others wait', async () => {
    const passwords = createPasswordService({ key: 'a key', atOnce: 1, cost: 4 });
    const count = (nice: number) => niceness().filter((found) => found === nice).length;
    const before = { alone: count(5), inCrowd: count(15) };
    await passwords.hash('correct horse');
    expect([count(5) - before.alone, count(15) - before.inCrowd]).toEqual([1, 0]);
    // The first finds nobody waiting, and the last leaves nobody behind.
    await Promise.all([1, 2, 3].map(() => passwords.hash('correct horse')));
    expect([count(5) - before.alone, count(15) - before.inCrowd]).toEqual([1, 1]);
    await passwords.close();
  });

  it.runIf(process.platform === 'linux')('are as many as jobs at once, and are used again', async () => {
    const count = () => readdirSync('/proc/self/task').length;
    const quick = { digest: 'a digest', cost: 4 };
    await Promise.all([threads.run(quick), threads.run(quick)]);
    const started = count();
    for (let n = 0; n < 5; n += 1) await Promise.all([threads.run(quick), threads.run(quick)]);
    expect(count()).toBeLessThanOrEqual(started);
  });

  it.runIf(process.platform === 'linux')('end when they have nothing to do, and come back', async () => {
    const brief = createPasswordThreads({ nice: 5, idleMs: 10 });
    const before = niceness().filter((nice) => nice === 5).length;
    const count = () => niceness().filter((nice) => nice === 5).length - before;
    await Promise.all([brief.run(slowly), brief.run(slowly)]);
    await expect.poll(count).toBe(0);
    expect(await brief.run({ digest: 'a digest', cost: 4 })).toMatch(/^\$2b\$04\$/);
    await brief.close();
  });

  it('take only their own job with them when they fail', async () => {
    const broken = { digest: 42, cost: 4 } as unknown as HashJob;
    const other = threads.run(slowly);
    await expect(threads.run(broken)).rejects.toThrow();
    expect(await other).toMatch(/^\$2b\$12\$/);
    expect(await threads.run({ digest: 'a digest', cost: 4 })).toMatch(/^\$2b\$04\$/);
  });

  it('end in the middle of a job when the server stops, and no job begins after that', async () => {
    const passwords = createPasswordService({ key: 'a key', atOnce: 1 });
    const hashes = Promise.allSettled([passwords.hash('correct horse'), passwords.hash('correct horse')]);
    await passwords.close();
    expect((await hashes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
