import type { Outcome } from '../history.js';

/** What a call came to. */
export type Answer<T> =
  | { outcome: 'ok'; value: T }
  | { outcome: 'fail' | 'unknown'; code: string; status?: number; retryAfterSeconds?: number };

/**
 * Codes after which it is open whether the operation happened: the database gave no answer, or the server does not
 * know. After every other code it did not happen.
 */
const OPEN_CODES = new Set(['database_unavailable', 'storage_full', 'internal']);

/** The answer that an error of the catalogue amounts to. */
export function refusalOf(error: { code?: string; status?: number; retryAfter?: number }): Answer<never> {
  const code = error.code ?? 'no_code';
  const outcome: Outcome = OPEN_CODES.has(code) || error.code === undefined ? 'unknown' : 'fail';
  return {
    outcome,
    code,
    ...(error.status !== undefined && { status: error.status }),
    ...(error.retryAfter !== undefined && { retryAfterSeconds: error.retryAfter }),
  };
}

/** No answer came: the connection ended, or time ran out. */
export const noAnswer = (why: string): Answer<never> => ({ outcome: 'unknown', code: why });

/** How long a client of the harness waits for an answer, in milliseconds: longer than the 2 s the server may take. */
export const ANSWER_MS = 3_500;

/** How long whatever must come may take on a busy machine, where nobody judges how fast it is; in milliseconds. */
export const PATIENT_MS = 30_000;
