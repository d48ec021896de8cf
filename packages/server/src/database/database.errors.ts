/** Tells the failures of the database apart, for both the driver's errors and Mongoose's wrappers around them. */
import { mongo } from 'mongoose';

/** Errors of the driver and of Mongoose that mean: no answer came. Names, since a second copy of the driver has other classes. */
const UNAVAILABLE_NAMES = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoServerClosedError',
  'MongoClientClosedError',
  'MongoExpiredSessionError',
]);

/**
 * A write to an engine that was killed a moment before ends with Node's own error, which the driver passes on as it is
 * (fault harness: 43 sends answered `internal` instead of `database_unavailable` around two kills).
 */
const SOCKET_CODES = new Set([
  'EPIPE',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ENOTCONN',
  'ETIMEDOUT',
]);

/**
 * Codes of a server that answers but cannot serve now (MongoDB source, src/mongo/base/error_codes.yml):
 * HostUnreachable 6, HostNotFound 7, LockTimeout 24, MaxTimeMSExpired 50, WriteConcernFailed 64,
 * NetworkTimeout 89, ShutdownInProgress 91, UnsatisfiableWriteConcern 100, FailedToSatisfyReadPreference 133,
 * ReadConcernMajorityNotAvailableYet 134, PrimarySteppedDown 189, ExceededTimeLimit 262,
 * IngressRequestRateLimitExceeded 462, SocketException 9001, NotWritablePrimary 10107,
 * InterruptedAtShutdown 11600, InterruptedDueToReplStateChange 11602, NotPrimaryNoSecondaryOk 13435,
 * NotPrimaryOrSecondary 13436.
 */
const UNAVAILABLE_CODES = new Set([
  6, 7, 24, 50, 64, 89, 91, 100, 133, 134, 189, 262, 462, 9001, 10107, 11600, 11602, 13435, 13436,
]);

/** Unauthorized 13, OutOfDiskSpace 14031; AtlasError 8000 is told from others by its text. */
const REFUSING_CODES = new Set([13, 14031]);
const REFUSING_TEXT =
  /no space left on device|out of disk space|disk full|over your space quota|read-only|readonly/i;

/** DuplicateKey 11000; 11001 and 12582 are what old servers and mongos say for updates. */
const DUPLICATE_CODES = new Set([11000, 11001, 12582]);

interface ServerErrorShape {
  code?: unknown;
  message?: unknown;
  keyPattern?: unknown;
  index?: unknown;
  writeErrors?: unknown;
}

/** Which unique index refused a write. */
export interface DuplicateKey {
  /** Name of the index; undefined if the server's message does not tell. */
  indexName: string | undefined;
  /** Fields of the index; undefined in the errors of bulk writes, where the driver drops it. */
  keyPattern: Record<string, unknown> | undefined;
  /** Position of the refused write in the batch, from 0; 0 for a single write. */
  position: number;
}

/**
 * Whether the database did not answer: it is down, restarting, frozen, unreachable or closed. The outcome of a write
 * that failed this way is unknown; it may be repeated only if it is idempotent.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  return listCauses(error).some((cause) => {
    if (UNAVAILABLE_NAMES.has(cause.name)) return true;
    if (isMongooseDisconnection(cause)) return true;
    if (isSocketFailure(cause)) return true;
    return isServerError(cause) && UNAVAILABLE_CODES.has(Number((cause as ServerErrorShape).code));
  });
}

/** Whether the database answers but takes no writes: the disk is full, a quota is used up, or its user may only read. */
export function isDatabaseRefusingWrites(error: unknown): boolean {
  return listCauses(error).some(
    (cause) =>
      isServerError(cause) &&
      (REFUSING_CODES.has(Number((cause as ServerErrorShape).code)) || REFUSING_TEXT.test(cause.message)),
  );
}

/** Whether a unique index refused the write; for a batch, whether that is the only reason why parts of it failed. */
export function isDuplicateKey(error: unknown): boolean {
  const failures = listWriteFailures(error);
  return failures.length > 0 && failures.every(isDuplicate);
}

/** The first unique index that refused a write, or undefined if the error is of another kind. */
export function duplicateKeyOf(error: unknown): DuplicateKey | undefined {
  return duplicateKeysOf(error)[0];
}

/** Every refusal of a unique index in a batch, in order of position; other failures of the batch are left out. */
export function duplicateKeysOf(error: unknown): DuplicateKey[] {
  return listWriteFailures(error)
    .filter(isDuplicate)
    .map(({ message, keyPattern, index }) => ({
      // "E11000 duplicate key error collection: parley.chats index: pair_unique dup key: { ... }"
      indexName: / index: (\S+) (?:collation: .*?)?dup key/.exec(String(message))?.[1],
      keyPattern:
        typeof keyPattern === 'object' && keyPattern !== null
          ? (keyPattern as Record<string, unknown>)
          : undefined,
      position: typeof index === 'number' ? index : 0,
    }))
    .sort((a, b) => a.position - b.position);
}

/**
 * Why the written part of a batch may not last, or undefined: the server wrote it, and could not do what the write concern
 * asks for. The driver hides that behind the refusal of another part of the batch.
 */
export function writeConcernFailureOf(error: unknown): mongo.MongoServerError | undefined {
  if (!(error instanceof mongo.MongoBulkWriteError)) return undefined;
  const failure = error.result.getWriteConcernError();
  return failure && new mongo.MongoServerError({ code: failure.code, message: failure.errmsg ?? '' });
}

function isDuplicate(failure: ServerErrorShape): boolean {
  return DUPLICATE_CODES.has(Number(failure.code));
}

/** The failed writes of a batch, or the error itself for a single write. */
function listWriteFailures(error: unknown): ServerErrorShape[] {
  const cause = listCauses(error).find(isServerError) as ServerErrorShape | undefined;
  if (cause === undefined) return [];
  const { writeErrors } = cause;
  if (!Array.isArray(writeErrors)) return writeErrors ? [readWriteError(writeErrors)] : [cause];
  return writeErrors.length > 0 ? writeErrors.map(readWriteError) : [cause];
}

function readWriteError(writeError: object): ServerErrorShape {
  const { code, errmsg, index, err } = writeError as {
    code?: unknown;
    errmsg?: unknown;
    index?: unknown;
    err?: ServerErrorShape;
  };
  return { code, message: errmsg, index, keyPattern: err?.keyPattern };
}

function isServerError(error: Error): boolean {
  return /^Mongo(?:Server|BulkWrite|WriteConcern|ClientBulkWrite)Error$/.test(error.name);
}

function isSocketFailure(error: Error): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall !== undefined && code !== undefined && SOCKET_CODES.has(code);
}

/** Mongoose has no class of its own for these (lib/drivers/node-mongodb-native/collection.js, lib/connection.js). */
function isMongooseDisconnection(error: Error): boolean {
  return (
    error.name === 'MongooseError' &&
    /before initial connection is complete|buffering timed out|force closed|not connected|connection (?:is |was )?(?:closed|destroyed)/i.test(
      error.message,
    )
  );
}

/** The error, what caused it, and what a bulk write wraps: the driver keeps that one as the `errorResponse`. */
function listCauses(error: unknown): Error[] {
  const causes: Error[] = [];
  const visit = (next: unknown) => {
    if (!(next instanceof Error) || causes.includes(next) || causes.length >= 8) return;
    causes.push(next);
    visit((next as { errorResponse?: unknown }).errorResponse);
    visit(next.cause);
  };
  visit(error);
  return causes;
}
