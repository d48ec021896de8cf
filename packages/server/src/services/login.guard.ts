import { limits } from '@parley/protocol';
import { groupOfAddress } from '../policies/address.policy.js';
import { createBoundedLimiter } from './bounded.limiter.js';

export interface LoginGuardOptions {
  /** `RATE_LIMIT_WINDOW_MS`. */
  windowMs: number;
  /** Failures of one address on one identifier within the window; default `limits.failedLoginsPerIdentifier`. */
  failuresPerAddress?: number;
  /** Failures of all addresses on one identifier before strange addresses must queue; default ten times as many. */
  failuresOverall?: number;
}

/** A login that was let through; exactly one of the three ends it. */
export interface LoginAttempt {
  succeeded(): Promise<void>;
  failed(): Promise<void>;
  /** Neither: the server could not tell. */
  abandoned(): Promise<void>;
}

export interface LoginGuard {
  /**
   * Lets a login through or throws `rate_limited`. `isKnownAddress` says whether the owner has a session at this
   * address (as `groupOfAddress` gives it); it is asked only while many addresses fail on the identifier.
   */
  begin(
    identifier: string,
    address: string,
    isKnownAddress: (group: string) => Promise<boolean>,
  ): Promise<LoginAttempt>;
}

/** While an identifier is under attack, strangers together have one attempt in this time. */
const STRANGER_SECONDS = 5;

/**
 * Slows the guessing of one account's password without locking its owner out.
 *
 * Strictly, per identifier and address: ten failures in a window and this address has to wait for this identifier.
 * Nobody else can use that up, so an attacker elsewhere cannot keep the owner out by failing on purpose.
 *
 * Softly, per identifier alone: an attacker with many addresses has ten attempts at each. After a hundred failures
 * in a window, attempts are told apart by where they come from. An address at which the owner is signed in passes as
 * always. Strangers together get one attempt in five seconds, right or wrong, so the whole of a botnet has 280
 * attempts in a window of 15 minutes. The worst such an attacker can do is to make the owner try again at a new
 * address, while the attack lasts; devices that are signed in notice nothing, and nothing outlives the window.
 *
 * Attempts are counted when they begin and given back when they succeed, since a hundred that run at once would
 * otherwise all see a count of zero. A success clears what its own address failed; the overall count says something
 * about the others and stays. The identifier is counted as given, in lower case: counted by account, a limit reached
 * by username that holds for an e-mail address would tell that both are one person.
 */
export function createLoginGuard(options: LoginGuardOptions): LoginGuard {
  const { windowMs, failuresPerAddress = limits.failedLoginsPerIdentifier } = options;
  const { failuresOverall = failuresPerAddress * 10 } = options;
  const windowSeconds = windowMs / 1_000;
  const byAddress = createBoundedLimiter({ points: failuresPerAddress, windowSeconds });
  const overall = createBoundedLimiter({ points: failuresOverall, windowSeconds });
  const strangers = createBoundedLimiter({ points: 1, windowSeconds: STRANGER_SECONDS });

  return {
    async begin(identifier, address, isKnownAddress) {
      const group = groupOfAddress(address);
      const pair = `${group} ${identifier}`;
      await byAddress.take(pair);
      try {
        if ((await overall.isSpent(identifier)) && !(await isKnownAddress(group)))
          await strangers.take(identifier);
      } catch (error) {
        // Not let through, so not a failure of this address.
        await byAddress.giveBack(pair);
        throw error;
      }
      // Past the limit the count goes on; that is no refusal.
      await overall.take(identifier).catch(() => undefined);
      return {
        async succeeded() {
          await Promise.all([byAddress.clear(pair), overall.giveBack(identifier)]);
        },
        failed: () => Promise.resolve(),
        async abandoned() {
          await Promise.all([byAddress.giveBack(pair), overall.giveBack(identifier)]);
        },
      };
    },
  };
}
