import mongoose, { type Connection, type ConnectOptions } from 'mongoose';
import { START_DEADLINE_MS } from './connect.options.js';
import { DatabaseStartError } from './start.error.js';

/** Pause between two attempts, in milliseconds. */
const RETRY_MS = 250;
const NO_ANSWER = 'it does not answer';
/** What no waiting will change. Tried in order on the codes and messages of an error and its causes. */
const FINAL_REASONS: [RegExp, string][] = [
  [
    /Authentication failed|auth(?:entication)? (?:is )?required|requires authentication|not authorized|bad auth/i,
    'it refuses the user name or password',
  ],
  [/MongoCompatibilityError/, 'its version is not supported'],
];
const PASSING_REASONS: [RegExp, string][] = [
  [/ECONNREFUSED|ENOENT/, 'nothing listens there'],
  [/ENOTFOUND|EAI_AGAIN|ENODATA|querySrv/, 'the host name is not known'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no route to it'],
  [/certificate|SSL|TLS/i, 'the TLS handshake failed'],
];

/** A connection that has answered its first questions. */
export interface Connected {
  connection: Connection;
  version: string;
  /** Neither a replica set nor a sharded cluster. */
  isStandalone: boolean;
}

/**
 * Connects, trying for 10 s. `place` names the database in the error. The driver's own messages may hold the
 * connection string, so none is passed on. Throws `DatabaseStartError` with `invalid_uri` or `unreachable`.
 */
export async function connectUntilDeadline(
  uri: string,
  options: ConnectOptions,
  place: string,
): Promise<Connected> {
  const giveUpAt = Date.now() + START_DEADLINE_MS;
  for (;;) {
    const connection = mongoose.createConnection();
    // An 'error' event without a listener would end the process.
    connection.on('error', () => undefined);
    try {
      await connection.openUri(uri, options);
      // A server that wants a login answers the hello of a stranger; only a query tells.
      await connection.db?.collection('startup').findOne({});
      const hello = await connection.db?.admin().command({ hello: 1 });
      const build = await connection.db?.admin().command({ buildInfo: 1 });
      return {
        connection,
        version: String(build?.['version'] ?? ''),
        // A member of a replica set gives the name of its set, a router of a sharded cluster says `isdbgrid`.
        isStandalone: hello?.['setName'] === undefined && hello?.['msg'] !== 'isdbgrid',
      };
    } catch (error) {
      await connection.close().catch(() => undefined);
      if (
        error instanceof Error &&
        /^Mongo(?:Parse|InvalidArgument|API|MissingCredentials)Error$/.test(error.name)
      ) {
        throw invalidUri(
          'the driver does not accept it; special characters in user name and password must be percent-encoded',
        );
      }
      const text = collectText(error);
      const final = FINAL_REASONS.find(([pattern]) => pattern.test(text))?.[1];
      const isLate = Date.now() + RETRY_MS + (options.serverSelectionTimeoutMS ?? 0) > giveUpAt;
      if (final !== undefined || isLate) {
        const reason = final ?? PASSING_REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? NO_ANSWER;
        throw new DatabaseStartError('unreachable', `The database at ${place} cannot be reached: ${reason}.`);
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** The error for a connection string that cannot be used; `why` must not quote it. */
export function invalidUri(why: string): DatabaseStartError {
  return new DatabaseStartError('invalid_uri', `MONGODB_URI is not a MongoDB connection string: ${why}.`);
}

/** Names, codes and messages of an error, its causes and the errors of the servers it names; for matching only. */
function collectText(error: unknown): string {
  const lines: string[] = [];
  const look = (value: unknown, depth: number): void => {
    if (!(value instanceof Error) || depth > 6) return;
    const { code, cause, reason } = value as Error & {
      code?: unknown;
      cause?: unknown;
      reason?: { servers?: Map<string, { error?: unknown }> };
    };
    lines.push(`${value.name} ${String(code)} ${value.message}`);
    look(cause, depth + 1);
    for (const server of reason?.servers?.values() ?? []) look(server.error, depth + 1);
  };
  look(error, 0);
  return lines.join('\n');
}
