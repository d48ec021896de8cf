import type { ErrorCode, ErrorIssue, ProblemBody } from '@parley/protocol';

/**
 * Why a call failed: a code of the server's catalogue, or one of the client's own: `network_error` (the server was not
 * reached), `timeout` (no answer came; the call may have had its effect), `signed_out` (there is no session),
 * `closed` (the client was closed), `unexpected_answer` (what answered does not speak the protocol).
 */
export type ClientErrorCode =
  | ErrorCode
  | 'network_error'
  | 'timeout'
  | 'signed_out'
  | 'closed'
  | 'unexpected_answer';

/** What an error may carry beyond its code and message. */
export interface ClientErrorDetails {
  /** The HTTP status of the code; absent for the client's own codes. */
  status?: number | undefined;
  /** What is wrong with the input, by path. */
  issues?: readonly ErrorIssue[] | undefined;
  /** Milliseconds after which a retry may succeed, when the server said so. */
  retryAfterMs?: number | undefined;
  /** The server's id of the request, to be found in its log. */
  requestId?: string | undefined;
  cause?: unknown;
}

/** Everything that a call of the client throws. */
export class ParleyClientError extends Error {
  override readonly name = 'ParleyClientError';
  readonly status: number | undefined;
  readonly issues: readonly ErrorIssue[] = [];
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;

  /** An error as the client throws it; applications have no need to make one. */
  constructor(
    readonly code: ClientErrorCode,
    message: string,
    details?: ClientErrorDetails,
  ) {
    super(message);
    Object.assign(this, details);
  }

  /** Whether the same call may succeed later without any change. */
  get isTemporary(): boolean {
    const { code, status = 0 } = this;
    return code === 'network_error' || code === 'timeout' || status === 429 || status >= 500;
  }
}

/** Nobody is signed in, or no longer. */
export function signedOut(): ParleyClientError {
  return new ParleyClientError('signed_out', 'Nobody is signed in');
}

/** No answer came, or none of the server's. */
export function unanswered(code: 'network_error' | 'timeout', cause?: unknown): ParleyClientError {
  return new ParleyClientError(code, 'The server does not answer', { cause });
}

/** Codes that say that the access token no longer counts, while the session may go on. */
const STALE_TOKEN = ['token_expired', 'invalid_token', 'authentication_required'];

/** Whether a fresh access token may help. */
export function isStaleToken(error: ParleyClientError | undefined): boolean {
  return STALE_TOKEN.includes(error?.code ?? '');
}

/** The error in a problem+json body, in an ack, or in `connect_error`; undefined when it is none. */
export function readProblem(body: unknown, retryAfterHeader?: string | null): ParleyClientError | undefined {
  const { code, status, detail, issues = [], retryAfter, instance } = (body ?? {}) as Partial<ProblemBody>;
  if (!code) return undefined;
  return new ParleyClientError(code as ErrorCode, detail ?? code, {
    status,
    issues,
    retryAfterMs: Number(retryAfter ?? retryAfterHeader ?? 0) * 1_000 || undefined,
    requestId: instance,
  });
}

/** Whatever was thrown, as an error of the client. */
export function toClientError(error: unknown): ParleyClientError {
  if (error instanceof ParleyClientError) return error;
  return unanswered((error as Error).name === 'TimeoutError' ? 'timeout' : 'network_error', error);
}
