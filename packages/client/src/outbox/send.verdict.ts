import { backoffMs } from '../backoff.js';
import { isStaleToken, type ParleyClientError } from '../client.error.js';

/** What becomes of a send that went wrong. */
export type SendVerdict =
  /** Tried again after this time, with the same clientId. */
  | { kind: 'again'; afterMs: number }
  /** Tried again when there is a connection, and somebody signed in. */
  | { kind: 'later' }
  /** Refused: the same would be refused again. */
  | { kind: 'failed' };

/** Errors on the server's side that say nothing of what to do, such as `internal`: tried this often. */
const ATTEMPTS_MAX = 5;

/** Judges a failure after `attempts` tries. An unknown outcome is tried again: the server knows a repeated clientId. */
export function judgeFailure(error: ParleyClientError, attempts: number, isUp: boolean): SendVerdict {
  if (isStaleToken(error) || error.code === 'session_revoked' || error.code === 'signed_out')
    return { kind: 'later' };
  if (error.code === 'network_error' || error.code === 'timeout') {
    return isUp ? { kind: 'again', afterMs: backoffMs(attempts, 200, 5_000) } : { kind: 'later' };
  }
  if (!error.isTemporary) return { kind: 'failed' };
  const isBusy = error.status === 429 || error.status === 503;
  if (!isBusy && attempts >= ATTEMPTS_MAX) return { kind: 'failed' };
  // Spread out a little: everybody who was refused was told the same time.
  return { kind: 'again', afterMs: (error.retryAfterMs ?? 0) + backoffMs(attempts, 200, 5_000) };
}
