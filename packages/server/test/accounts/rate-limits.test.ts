import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { groupOfAddress } from '../../src/policies/address.policy.js';
import { createBoundedLimiter } from '../../src/services/bounded.limiter.js';
import { createRateLimitService } from '../../src/services/rate-limit.service.js';
import { codeOf } from './account-services.fixture.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const options = { credentialWindowMs: 900_000, credentialAttempts: 100 };

async function countPassed(take: () => Promise<void>, calls: number): Promise<number> {
  let passed = 0;
  for (let call = 0; call < calls; call += 1) if ((await codeOf(take())) === null) passed += 1;
  return passed;
}

describe('the limit of credential attempts', () => {
  it('lets an address have its number in a window, then says when the window ends', async () => {
    const service = createRateLimitService(options);
    expect(await countPassed(() => service.takeCredentialAttempt('192.0.2.1'), 101)).toBe(100);
    vi.advanceTimersByTime(300_000);
    await expect(service.takeCredentialAttempt('192.0.2.1')).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: 600,
    });
    expect(await codeOf(service.takeCredentialAttempt('192.0.2.2'))).toBeNull();
    vi.advanceTimersByTime(600_000);
    expect(await codeOf(service.takeCredentialAttempt('192.0.2.1'))).toBeNull();
  });

  it('counts an IPv6 subscriber as one', async () => {
    const service = createRateLimitService({ ...options, credentialAttempts: 1 });
    await service.takeCredentialAttempt('2001:db8:1:2:3:4:5:6');
    expect(await codeOf(service.takeCredentialAttempt('2001:db8:1:2::9'))).toBe('rate_limited');
    expect(await codeOf(service.takeCredentialAttempt('2001:db8:1:3::9'))).toBeNull();
  });
});

describe('a limit per second', () => {
  it('lets five times the rate pass at once, and the rate in the long run', async () => {
    const service = createRateLimitService({
      ...options,
      messagesPerSecond: 3,
      typingPerSecond: 1,
      searchesPerSecond: 1,
      requestsPerSecond: 2,
    });
    const passed: number[] = [];
    for (let second = 0; second < 60; second += 1) {
      passed.push(await countPassed(() => service.takeMessage('ann'), 20));
      vi.advanceTimersByTime(1_000);
    }
    expect(passed[0]).toBe(15);
    expect(passed.reduce((sum, count) => sum + count, 0)).toBe(60 * 3);
    expect(await countPassed(() => service.takeTyping('ann'), 20)).toBe(5);
    expect(await countPassed(() => service.takeSearch('ann'), 20)).toBe(5);
    expect(await countPassed(() => service.takeRequest('ann'), 20)).toBe(10);
    expect(await countPassed(() => service.takeRequest('ben'), 20)).toBe(10);
  });
});

describe('a bounded limiter', () => {
  it('forgets the key that was not seen for longest', async () => {
    const limiter = createBoundedLimiter({ points: 1, windowSeconds: 60, keysMax: 3 });
    for (const key of ['a', 'b', 'c', 'd']) await limiter.take(key);
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((key) => limiter.isSpent(key)))).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(vi.getTimerCount()).toBe(3);
  });

  it('gives back no more than was taken', async () => {
    const limiter = createBoundedLimiter({ points: 1, windowSeconds: 60 });
    await limiter.take('a');
    await limiter.giveBack('a');
    await limiter.giveBack('a');
    await limiter.take('a');
    expect(await codeOf(limiter.take('a'))).toBe('rate_limited');
  });

  it('gives no credit for a take of a window that is over', async () => {
    const limiter = createBoundedLimiter({ points: 1, windowSeconds: 60 });
    await limiter.take('a');
    vi.advanceTimersByTime(60_000);
    await limiter.giveBack('a');
    await limiter.take('a');
    expect(await codeOf(limiter.take('a'))).toBe('rate_limited');
  });
});

describe('the group of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
    ['2001:db8:0:1::', '2001:db8:0:1::/64'],
    ['[2001:db8::1]', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
    ['unix', 'unix'],
    ['1:2', '1:2'],
    [':::', ':::'],
  ])('of %s is %s', (address, group) => expect(groupOfAddress(address)).toBe(group));

  it('is bounded for what is no address', () => expect(groupOfAddress('x'.repeat(10_000))).toHaveLength(64));
});
