/**
 * The one catalogue of errors: a stable code, the HTTP status it has over REST, and a title that does not change.
 * The same code is used on every transport.
 */
export const errorCatalogue = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  malformed_frame: { status: 400, title: 'The frame cannot be read' },
  cannot_message_self: { status: 400, title: 'A message needs somebody else to receive it' },
  unknown_event: { status: 400, title: 'There is no such event' },
  authentication_required: { status: 401, title: 'Authentication is required' },
  authentication_timeout: { status: 401, title: 'Authentication took too long' },
  invalid_token: { status: 401, title: 'The access token is not valid' },
  token_expired: { status: 401, title: 'The access token has expired' },
  session_revoked: { status: 401, title: 'The session has ended' },
  invalid_credentials: { status: 401, title: 'The identifier or the password is wrong' },
  invalid_refresh_token: { status: 401, title: 'The refresh token is not valid' },
  refresh_token_reused: { status: 401, title: 'The refresh token was used before' },
  wrong_password: { status: 403, title: 'The current password is wrong' },
  forbidden: { status: 403, title: 'This is not allowed' },
  origin_not_allowed: { status: 403, title: 'Requests from this origin are not allowed' },
  not_found: { status: 404, title: 'There is nothing here' },
  user_not_found: { status: 404, title: 'There is no such user' },
  chat_not_found: { status: 404, title: 'There is no such chat' },
  message_not_found: { status: 404, title: 'There is no such message' },
  session_not_found: { status: 404, title: 'There is no such session' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  username_taken: { status: 409, title: 'The username is taken' },
  email_taken: { status: 409, title: 'The e-mail address is taken' },
  client_id_conflict: { status: 409, title: 'The clientId was used for another message' },
  message_deleted: { status: 409, title: 'The message was deleted' },
  edit_limit_reached: { status: 409, title: 'The message cannot be edited again' },
  payload_too_large: { status: 413, title: 'The payload is too large' },
  unsupported_media_type: { status: 415, title: 'The media type is not supported' },
  rate_limited: { status: 429, title: 'Too many requests' },
  too_many_connections: { status: 429, title: 'Too many connections' },
  internal: { status: 500, title: 'Something went wrong on the server' },
  server_busy: { status: 503, title: 'The server is busy' },
  database_unavailable: { status: 503, title: 'The database is unavailable' },
  shutting_down: { status: 503, title: 'The server is shutting down' },
  storage_full: { status: 507, title: 'The server has no room left to store this' },
} as const satisfies Record<string, { status: number; title: string }>;

/** A stable error code. */
export type ErrorCode = keyof typeof errorCatalogue;

/** One thing that is wrong with the input: where, and why. `path` is dotted, `""` for the whole. */
export interface ErrorIssue {
  path: string;
  message: string;
}

/** What an error may carry beyond its code. */
export interface ErrorDetails {
  /** One sentence for a person about this occurrence; the title of the code by default. */
  detail?: string;
  issues?: ErrorIssue[];
  /** Seconds after which a retry may succeed. */
  retryAfterSeconds?: number;
}

/** An error with a code of the catalogue. Whatever else is thrown becomes `internal` at the edge. */
export class ParleyError extends Error {
  readonly code: ErrorCode;
  readonly issues: ErrorIssue[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(details.detail ?? errorCatalogue[code].title, options);
    this.name = 'ParleyError';
    this.code = code;
    this.issues = details.issues;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }

  /** The HTTP status of the code. */
  get status(): number {
    return errorCatalogue[this.code].status;
  }
}
