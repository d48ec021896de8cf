import { ParleyError } from '@parley/protocol';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export interface BoundedLimiterOptions {
  /** What one key may take within one window. */
  points: number;
  windowSeconds: number;
  /** Keys that are counted; the one that was not seen for longest is forgotten. Default 50,000, 300 bytes each. */
  keysMax?: number;
}

/** Counts what keys take within a window that begins with the first take. */
export interface BoundedLimiter {
  /** Throws `rate_limited` with the seconds until the window ends. */
  take(key: string): Promise<void>;
  /** Whether the key has taken all that it may. */
  isSpent(key: string): Promise<boolean>;
  /** One take did not count. */
  giveBack(key: string): Promise<void>;
  clear(key: string): Promise<void>;
}

/** rate-limiter-flexible's counters keep a timer and an entry per key without an upper bound: this adds the bound. */
export function createBoundedLimiter({
  points,
  windowSeconds,
  keysMax = 50_000,
}: BoundedLimiterOptions): BoundedLimiter {
  const limiter = new RateLimiterMemory({ points, duration: windowSeconds });
  const seen = new LRUCache<string, true>({
    max: keysMax,
    dispose: (_, key, reason) => {
      if (reason === 'evict') void limiter.delete(key);
    },
  });

  return {
    take(key) {
      if (seen.get(key) === undefined) seen.set(key, true);
      return limiter.consume(key).then(nothing, refuse);
    },
    async isSpent(key) {
      const state = await limiter.get(key);
      return state !== null && state.consumedPoints >= points;
    },
    async giveBack(key) {
      // Not after the window's end: that would be credit for the next one.
      const state = await limiter.get(key);
      if (state !== null && state.consumedPoints > 0) await limiter.reward(key);
    },
    async clear(key) {
      await limiter.delete(key);
    },
  };
}

function nothing(): void {
  // What the limiter knows is of no use to the caller.
}

/** Tells the refusal of the limiter from its own failure. */
function refuse(reason: unknown): never {
  if (!(reason instanceof RateLimiterRes)) throw reason;
  const retryAfterSeconds = Math.max(1, Math.ceil(reason.msBeforeNext / 1_000));
  throw new ParleyError('rate_limited', { retryAfterSeconds });
}
