import { limits } from '@parley/protocol';
import { groupOfAddress } from '../policies/address.policy.js';
import { type BoundedLimiter, createBoundedLimiter } from './bounded.limiter.js';
import type { RateLimitService } from './contracts.js';

export interface RateLimitOptions {
  /** `RATE_LIMIT_WINDOW_MS`. */
  credentialWindowMs: number;
  /** `RATE_LIMIT_MAX_REQUESTS`: attempts per address within the window. */
  credentialAttempts: number;
  /** Default `limits.messagesPerSecond`, and so on. */
  messagesPerSecond?: number;
  typingPerSecond?: number;
  searchesPerSecond?: number;
  requestsPerSecond?: number;
  /** Users or addresses that are counted at once, for each limit. */
  keysMax?: number;
}

/**
 * Seconds over which a rate per second is counted. Five times the rate may come at once, and no more than the rate in
 * the long run; a bucket for bursts beside one for the rate would let both pass for ever.
 */
const BURST_SECONDS = 5;

/** Limits in the memory of one node: with several nodes a user has each limit on each of them. */
export function createRateLimitService(options: RateLimitOptions): RateLimitService {
  const bound = options.keysMax === undefined ? {} : { keysMax: options.keysMax };
  const perSecond = (rate: number): BoundedLimiter =>
    createBoundedLimiter({ points: rate * BURST_SECONDS, windowSeconds: BURST_SECONDS, ...bound });

  const credentials = createBoundedLimiter({
    points: options.credentialAttempts,
    windowSeconds: options.credentialWindowMs / 1_000,
    ...bound,
  });
  const messages = perSecond(options.messagesPerSecond ?? limits.messagesPerSecond);
  const typing = perSecond(options.typingPerSecond ?? limits.typingPerSecond);
  const searches = perSecond(options.searchesPerSecond ?? limits.searchesPerSecond);
  const requests = perSecond(options.requestsPerSecond ?? limits.requestsPerSecond);

  return {
    takeCredentialAttempt: (address) => credentials.take(groupOfAddress(address)),
    takeMessage: (userId) => messages.take(userId),
    takeTyping: (userId) => typing.take(userId),
    takeSearch: (userId) => searches.take(userId),
    takeRequest: (userId) => requests.take(userId),
  };
}
