import { createHmac } from 'node:crypto';
import { limits, ParleyError } from '@parley/protocol';
import bcrypt from 'bcrypt';
import pLimit from 'p-limit';

export interface PasswordOptions {
  /** Keyed digest before bcrypt: the database's own secret, as of `makePasswordKey`. */
  key: string;
  /** log2 of bcrypt's rounds; default 12 (0.23 s of a core; OWASP asks for 10 or more). Tests take 4. */
  cost?: number;
  /** Default `limits.passwordHashesAtOnce`. */
  atOnce?: number;
  /** Default `limits.passwordHashesWaiting`. */
  waiting?: number;
}

/** Hashes and compares passwords, a few at a time. Both throw `server_busy` when too many wait. */
export interface PasswordService {
  hash(password: string): Promise<string>;
  /** Takes as long without a hash (nobody has that name) as with one; the answer is then false. */
  matches(password: string, hash: string | null): Promise<boolean>;
}

/** Seconds of a core at the default cost; for the hint when to come back. */
const SECONDS_PER_HASH = 0.25;

/**
 * bcrypt over base64(HMAC-SHA256(key, password)). bcrypt alone ignores what follows byte 72 or a NUL; a digest without
 * a key could be "shucked", looked up in the plain SHA-256 hashes that another site has lost.
 */
export function createPasswordService(options: PasswordOptions): PasswordService {
  const {
    key,
    cost = 12,
    atOnce = limits.passwordHashesAtOnce,
    waiting = limits.passwordHashesWaiting,
  } = options;
  const queue = pLimit(atOnce);
  // A well-formed hash of the same cost that nobody knows a password for.
  const nobodysHash = bcrypt.genSaltSync(cost) + '.'.repeat(31);

  function enqueue<T>(work: () => Promise<T>): Promise<T> {
    if (queue.pendingCount >= waiting) {
      const seconds = (queue.pendingCount * SECONDS_PER_HASH) / atOnce;
      throw new ParleyError('server_busy', { retryAfterSeconds: Math.max(1, Math.ceil(seconds)) });
    }
    return queue(work);
  }

  // 44 characters without a NUL, whatever the password is.
  const digest = (password: string) => createHmac('sha256', key).update(password, 'utf8').digest('base64');

  return {
    async hash(password) {
      return enqueue(() => bcrypt.hash(digest(password), cost));
    },
    async matches(password, hash) {
      const isSame = await enqueue(() => bcrypt.compare(digest(password), hash ?? nobodysHash));
      return isSame && hash !== null;
    },
  };
}
