import { ParleyError } from '@parley/protocol';
import { isDatabaseRefusingWrites, isDatabaseUnavailable } from '../database/database.errors.js';

/**
 * The error of the catalogue that a throw amounts to: `database_unavailable` when the database gave no answer,
 * `storage_full` when it takes no writes, else `internal` with the original as its cause.
 */
export function classifyFailure(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  // A full disk can also end the engine; what it said first is the better answer.
  if (isDatabaseRefusingWrites(error))
    return new ParleyError('storage_full', { retryAfterSeconds: 30 }, { cause: error });
  if (isDatabaseUnavailable(error))
    return new ParleyError('database_unavailable', { retryAfterSeconds: 2 }, { cause: error });
  return new ParleyError('internal', {}, { cause: error });
}
