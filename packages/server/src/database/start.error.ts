/** Why the database could not be opened; `code` is stable, `message` is one sentence for the person at the terminal. */
export type DatabaseStartErrorCode =
  | 'no_database'
  | 'data_dir_in_use'
  | 'data_dir_not_writable'
  | 'invalid_uri'
  | 'unreachable'
  | 'engine_failed';

/** The one error `openDatabase` rejects with. Its message holds no credentials and no stack is worth printing. */
export class DatabaseStartError extends Error {
  readonly code: DatabaseStartErrorCode;

  constructor(code: DatabaseStartErrorCode, message: string) {
    super(message);
    this.name = 'DatabaseStartError';
    this.code = code;
  }
}
