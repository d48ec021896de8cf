import { backoffMs } from '../backoff.js';
import { isStaleToken, type ParleyClientError } from '../client.error.js';

/** Errors on the server's side that say nothing of what to do, such as `internal`: tried this often. */
const ATTEMPTS_MAX = 5;

/**
 * What becomes of a send that went wrong: the milliseconds after which it is tried again with the same clientId,
 * `later` when there is a connection and somebody signed in, or `failed` as the same would be refused again.
 * An unknown outcome is tried again, too: the server knows a repeated clientId.
 */
export function judgeFailure(
  error: ParleyClientError,
  attempts: number,
  isUp: boolean,
): number | 'later' | 'failed' {
  const { code, status, retryAfterMs = 0 } = error;
  if (isStaleToken(error) || code === 'session_revoked' || code === 'signed_out') return 'later';
  if (!error.isTemporary) return 'failed';
  if (!status) return isUp ? backoffMs(attempts, 200, 5_000) : 'later';
  if (status !== 429 && status !== 503 && attempts >= ATTEMPTS_MAX) return 'failed';
  // Spread out a little: everybody who was refused was told the same time.
  return retryAfterMs + backoffMs(attempts, 200, 5_000);
}
