import { resolve } from 'node:path';
import type { ZodError } from 'zod';
import { type Environment, environmentSchema } from './environment.schema.js';

/** Everything that can be configured, read once and frozen. Units are in the names. */
export interface Config {
  environment: 'development' | 'production' | 'test';
  port: number;
  /** Undefined listens on all addresses, IPv4 and IPv6. */
  host: string | undefined;
  databaseUri: string | undefined;
  mongodBinary: string | undefined;
  /** Absolute. */
  dataDir: string;
  /** Absolute. */
  logDir: string;
  redisUrl: string | undefined;
  /** The first signs, all verify; undefined: made once and kept in `dataDir`. */
  jwtSecrets: readonly string[] | undefined;
  /** Undefined: derived from `jwtSecrets`. */
  jwtRefreshSecrets: readonly string[] | undefined;
  jwtExpiresInSeconds: number;
  jwtRefreshExpiresInSeconds: number;
  cookieName: string;
  /** Undefined: as the request came, over HTTPS or not. */
  cookieSecure: boolean | undefined;
  clientOrigins: readonly string[];
  /** Every port of this machine is an allowed origin. */
  allowLoopbackOrigins: boolean;
  /** How many proxies are in front, or their subnets; 0 for none. */
  trustProxy: number | readonly string[];
  rateLimitWindowMs: number;
  rateLimitMaxRequests: number;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  metrics: { enabled: boolean; token: string | undefined };
  dialect: 'canonical' | 'sidebar';
}

/** One variable with a wrong value. The value itself is never told. */
export interface ConfigProblem {
  name: string;
  reason: string;
}

/** The configuration is wrong; the message names every bad variable with the reason, for the person at the terminal. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ name, reason }) => `  ${name} ${reason}`);
    super(`The configuration is wrong:\n${lines.join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Reads the configuration from an environment; an empty value counts as unset. Throws `ConfigError`. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.keys(environmentSchema.shape).flatMap((name) => {
      const value = env[name]?.trim();
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    // What depends on several variables is told in the same go, from those that could be read.
    const readable = environmentSchema.partial().safeParse(withoutBad(given, parsed.error));
    throw new ConfigError([
      ...listProblems(parsed.error),
      ...findConflicts(readable.success ? readable.data : {}),
    ]);
  }
  const conflicts = findConflicts(parsed.data);
  if (conflicts.length > 0) throw new ConfigError(conflicts);
  return assemble(parsed.data);
}

function listProblems(error: ZodError): ConfigProblem[] {
  return error.issues.map(({ path, message }) => ({ name: String(path[0]), reason: message }));
}

function withoutBad(given: Record<string, unknown>, error: ZodError): Record<string, unknown> {
  const bad = new Set(error.issues.map(({ path }) => String(path[0])));
  return Object.fromEntries(Object.entries(given).filter(([name]) => !bad.has(name)));
}

/** Secrets that stand in examples, or are no secrets. */
const WEAK_SECRET = /change.?(me|in.?production)|your.*(jwt|secret)|^(secret|password|changeme|test)+$/i;
const SECRET_MIN_CHARACTERS = 32;
const MAKE_SECRET = 'make one with: openssl rand -base64 48';

/** What is wrong only in the light of another variable. */
function findConflicts(env: Environment): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const complain = (name: keyof Environment, reason: string) => problems.push({ name, reason });
  if (env.NODE_ENV !== 'production') return problems;
  if (env.JWT_SECRET === undefined)
    complain('JWT_SECRET', `is needed when NODE_ENV is production; ${MAKE_SECRET}`);
  for (const name of ['JWT_SECRET', 'JWT_REFRESH_SECRET'] as const) {
    const list = env[name] ?? [];
    if (list.some((secret) => secret.length < SECRET_MIN_CHARACTERS)) {
      complain(
        name,
        `has a secret of fewer than ${SECRET_MIN_CHARACTERS} characters, too few for production; ${MAKE_SECRET}`,
      );
    }
    if (list.some((secret) => WEAK_SECRET.test(secret) || new Set(secret).size < 8)) {
      complain(name, `has a secret that is easy to guess; ${MAKE_SECRET}`);
    }
  }
  if (env.COOKIE_SECURE === false) {
    complain(
      'COOKIE_SECURE',
      'may not be false in production, as cookies would go over plain HTTP; leave it out and serve over HTTPS',
    );
  }
  if (env.CLIENT_URL?.includes('*') === true) {
    complain('CLIENT_URL', 'may not be * in production, as cookies are sent along; name the origins');
  }
  return problems;
}

function assemble(env: Environment): Config {
  const environment = env.NODE_ENV ?? 'development';
  const dialect = env.DIALECT ?? 'canonical';
  return Object.freeze({
    environment,
    port: env.PORT ?? 3_000,
    host: env.HOST,
    databaseUri: env.MONGODB_URI ?? env.MONGO_URI,
    mongodBinary: env.MONGOD_BIN,
    dataDir: resolve(env.DATA_DIR ?? 'data'),
    logDir: resolve(env.LOG_DIR ?? 'logs'),
    redisUrl: env.REDIS_URL,
    jwtSecrets: env.JWT_SECRET,
    jwtRefreshSecrets: env.JWT_REFRESH_SECRET,
    jwtExpiresInSeconds: env.JWT_EXPIRES_IN ?? 7 * 86_400,
    jwtRefreshExpiresInSeconds: env.JWT_REFRESH_EXPIRES_IN ?? 30 * 86_400,
    cookieName: env.COOKIE_NAME ?? (dialect === 'sidebar' ? 'jwt' : 'token'),
    cookieSecure: env.COOKIE_SECURE ?? (environment === 'production' ? true : undefined),
    clientOrigins: env.CLIENT_URL ?? [],
    allowLoopbackOrigins: env.CLIENT_URL === undefined && environment !== 'production',
    trustProxy: env.TRUST_PROXY ?? 0,
    rateLimitWindowMs: env.RATE_LIMIT_WINDOW_MS ?? 900_000,
    rateLimitMaxRequests: env.RATE_LIMIT_MAX_REQUESTS ?? 100,
    logLevel: env.LOG_LEVEL ?? 'info',
    metrics: Object.freeze({
      enabled: env.METRICS_ENABLED ?? env.METRICS_TOKEN !== undefined,
      token: env.METRICS_TOKEN,
    }),
    dialect,
  } satisfies Config);
}
