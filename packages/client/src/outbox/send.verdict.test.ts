import { describe, expect, it } from 'vitest';
import { ParleyClientError, readProblem, unanswered } from '../client.error.js';
import { judgeFailure } from './send.verdict.js';

const problem = (code: string, status: number, retryAfter?: number) =>
  readProblem({ code, status, retryAfter })!;

describe('a send that went wrong', () => {
  it('is tried again soon when its outcome is unknown and there is a connection, and later without one', () => {
    expect(judgeFailure(unanswered('timeout'), 0, true)).toBeTypeOf('number');
    expect(judgeFailure(unanswered('network_error'), 0, false)).toBe('later');
  });

  it('waits as long as the server says', () => {
    expect(judgeFailure(problem('rate_limited', 429, 3), 0, true)).toBeGreaterThanOrEqual(3_000);
    expect(judgeFailure(problem('server_busy', 503), 100, true)).toBeLessThanOrEqual(5_000);
  });

  it('fails at once when the same would be refused again', () => {
    expect(judgeFailure(problem('invalid_request', 400), 0, true)).toBe('failed');
    expect(judgeFailure(problem('client_id_conflict', 409), 0, true)).toBe('failed');
    expect(judgeFailure(problem('chat_not_found', 404), 0, true)).toBe('failed');
  });

  it('gives up on a server that goes on failing for no reason it knows', () => {
    expect(judgeFailure(problem('internal', 500), 4, true)).toBeTypeOf('number');
    expect(judgeFailure(problem('internal', 500), 5, true)).toBe('failed');
  });

  it('waits for somebody to sign in', () => {
    expect(judgeFailure(problem('token_expired', 401), 0, true)).toBe('later');
    expect(judgeFailure(problem('session_revoked', 401), 0, true)).toBe('later');
    expect(judgeFailure(new ParleyClientError('signed_out', ''), 0, true)).toBe('later');
  });
});
