import type { ErrorCode, ErrorIssue } from '@parley/protocol';

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

/** Everything that a call of the client throws. */
export class ParleyClientError extends Error {
  override readonly name = 'ParleyClientError';
  readonly code: ClientErrorCode;
  /** The HTTP status of the code; undefined for the client's own codes. */
  readonly status: number | undefined;
  /** What is wrong with the input, by path. */
  readonly issues: readonly ErrorIssue[];
  /** Milliseconds after which a retry may succeed, when the server said so. */
  readonly retryAfterMs: number | undefined;
  /** The server's id of the request, to be found in its log. */
  readonly requestId: string | undefined;

  constructor(
    code: ClientErrorCode,
    message: string,
    details: {
      status?: number | undefined;
      issues?: readonly ErrorIssue[] | undefined;
      retryAfterMs?: number | undefined;
      requestId?: string | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.issues = details.issues ?? [];
    this.retryAfterMs = details.retryAfterMs;
    this.requestId = details.requestId;
  }

  /** Whether the same call may succeed later without any change. */
  get isTemporary(): boolean {
    return (
      this.code === 'network_error' ||
      this.code === 'timeout' ||
      this.status === 429 ||
      (this.status !== undefined && this.status >= 500)
    );
  }
}

/** Codes that say that the access token no longer counts, while the session may go on. */
const STALE_TOKEN: ReadonlySet<string> = new Set([
  'token_expired',
  'invalid_token',
  'authentication_required',
]);

/** Whether a fresh access token may help. */
export function isStaleToken(error: unknown): boolean {
  return error instanceof ParleyClientError && STALE_TOKEN.has(error.code);
}

/** The error in a problem+json body, in an ack, or in `connect_error`; undefined when it is none. */
export function readProblem(body: unknown, retryAfterHeader?: string | null): ParleyClientError | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { code, status, detail, message, issues, retryAfter, instance } = body as Record<string, unknown>;
  if (typeof code !== 'string') return undefined;
  const seconds = typeof retryAfter === 'number' ? retryAfter : Number(retryAfterHeader ?? Number.NaN);
  return new ParleyClientError(code as ErrorCode, String(detail ?? message ?? code), {
    status: typeof status === 'number' ? status : undefined,
    issues: Array.isArray(issues) ? (issues as ErrorIssue[]) : undefined,
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
    requestId: typeof instance === 'string' ? instance : undefined,
  });
}

/** Whatever was thrown, as an error of the client. */
export function toClientError(error: unknown): ParleyClientError {
  if (error instanceof ParleyClientError) return error;
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError' || name === 'AbortError') {
    return new ParleyClientError('timeout', 'The server did not answer in time', { cause: error });
  }
  return new ParleyClientError('network_error', 'The server cannot be reached', { cause: error });
}
