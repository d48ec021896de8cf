import { z } from 'zod';
import { parseDuration } from './duration.js';
import { parseOrigin } from './origin.list.js';
import { parseProxies } from './proxy.trust.js';

/** What the documentation of a variable says besides its description. */
export type Documented = {
  description: string;
  /** The default as a person reads it; absent when there is none. */
  byDefault?: string;
  example?: string;
};

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `is not a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `is not a whole number from ${min} to ${max}`);

const flag = z
  .string()
  .transform((value) => value.toLowerCase())
  .pipe(z.enum(['true', '1', 'yes', 'on', 'false', '0', 'no', 'off'], 'is neither true nor false'))
  .transform((value) => ['true', '1', 'yes', 'on'].includes(value));

/** A length of time in seconds, from one second to ten years. */
const duration = z.string().transform((value, context) => {
  const seconds = parseDuration(value);
  if (seconds !== undefined && seconds >= 1 && seconds <= 315_360_000) return seconds;
  context.addIssue('is not a length of time such as 7d, 15m or 3600 (seconds), of one second to ten years');
  return z.NEVER;
});

const mongoUri = z
  .string()
  .regex(/^mongodb(\+srv)?:\/\//, 'does not begin with mongodb:// or mongodb+srv://');

const secrets = z
  .string()
  .transform((value) => value.split(',').map((secret) => secret.trim()))
  .refine((list) => list.every((secret) => secret.length > 0), 'has an empty entry between its commas');

const origins = z.string().transform((value, context) => {
  const list: string[] = [];
  for (const [index, entry] of value.split(',').entries()) {
    const origin = parseOrigin(entry.trim());
    if (origin === undefined) {
      context.addIssue(`entry ${index + 1} is not an origin such as https://chat.example.com (no path)`);
    } else list.push(origin);
  }
  return list;
});

const trustProxy = z.string().transform((value, context) => {
  const proxies = parseProxies(value);
  if (proxies !== undefined) return proxies;
  context.addIssue('is neither a number of proxies nor a list of addresses and subnets');
  return z.NEVER;
});

const documented = (about: Documented): Documented => about;

/**
 * Every variable of the environment that Parley reads; `docs/configuration.md` is made from this table.
 * All are optional here; what depends on another variable is looked at in `config.ts`.
 */
export const environmentSchema = z.object({
  PORT: integer(0, 65_535)
    .optional()
    .meta(documented({ description: 'TCP port of everything; 0 takes a free one.', byDefault: '3000' })),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:_%-]{1,255}$/, 'is neither an address nor a host name')
    .optional()
    .meta(
      documented({
        description: 'Address to listen on.',
        byDefault: 'all, IPv4 and IPv6',
        example: '127.0.0.1',
      }),
    ),
  NODE_ENV: z
    .enum(['development', 'production', 'test'], 'is none of development, production and test')
    .optional()
    .meta(
      documented({
        description: 'In `production` secrets must be given, cookies are Secure, and the console gets JSON.',
        byDefault: 'development',
      }),
    ),
  MONGODB_URI: mongoUri.optional().meta(
    documented({
      description:
        'A MongoDB of your own. Without it the server runs `mongod` or its embedded engine on `DATA_DIR`.',
      example: 'mongodb://localhost:27017/chat_app',
    }),
  ),
  MONGO_URI: mongoUri
    .optional()
    .meta(documented({ description: 'Another name of `MONGODB_URI`, which wins.' })),
  MONGOD_BIN: z
    .string()
    .optional()
    .meta(
      documented({
        description: 'The `mongod` program to run when there is no `MONGODB_URI`.',
        byDefault: 'the one on PATH, else the embedded engine',
      }),
    ),
  DATA_DIR: z
    .string()
    .optional()
    .meta(
      documented({ description: 'Folder of the data and of the secret that was made.', byDefault: './data' }),
    ),
  LOG_DIR: z
    .string()
    .optional()
    .meta(documented({ description: 'Folder of the rotated log files.', byDefault: './logs' })),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'does not begin with redis:// or rediss://')
    .optional()
    .meta(
      documented({
        description: 'Accepted and, in this version, not used: the server runs as one node.',
        example: 'redis://localhost:6379',
      }),
    ),
  JWT_SECRET: secrets.optional().meta(
    documented({
      description:
        'Signs the access tokens. Several with commas between: the first signs, all verify. Needed in production, of 32 characters or more.',
      byDefault: 'made once and kept in `DATA_DIR` (not in production)',
    }),
  ),
  JWT_EXPIRES_IN: duration.optional().meta(
    documented({
      description: 'Life of an access token; it dies with its session whatever its age.',
      byDefault: '7d',
      example: '15m',
    }),
  ),
  JWT_REFRESH_SECRET: secrets.optional().meta(
    documented({
      description: 'Signs the refresh tokens; a list as above.',
      byDefault: 'derived from `JWT_SECRET`',
    }),
  ),
  JWT_REFRESH_EXPIRES_IN: duration
    .optional()
    .meta(
      documented({ description: 'Life of a refresh token, counted from its last use.', byDefault: '30d' }),
    ),
  COOKIE_NAME: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'may have letters, digits, underscores and hyphens only')
    .optional()
    .meta(
      documented({
        description: 'Name of the cookie with the access token.',
        byDefault: '`token`; `jwt` with `DIALECT=sidebar`',
      }),
    ),
  COOKIE_SECURE: flag.optional().meta(
    documented({
      description:
        'Whether cookies go over HTTPS only. In production it may not be `false`: put a proxy with HTTPS in front.',
      byDefault: 'true in production, otherwise when the request came over HTTPS',
    }),
  ),
  CLIENT_URL: origins.optional().meta(
    documented({
      description:
        "Origins that may use the server from a browser, with commas between. The server's own origin always may. `*` allows every origin, in development only.",
      byDefault: 'every port of this machine in development, none in production',
      example: 'https://chat.example.com',
    }),
  ),
  TRUST_PROXY: trustProxy.optional().meta(
    documented({
      description:
        'Proxies in front whose `X-Forwarded-*` headers are believed: how many (`true` is 1), or their addresses and subnets.',
      byDefault: 'none',
      example: 'loopback, 10.0.0.0/8',
    }),
  ),
  RATE_LIMIT_WINDOW_MS: integer(1_000, 86_400_000)
    .optional()
    .meta(
      documented({
        description: 'Window of the limit on credential endpoints, in milliseconds.',
        byDefault: '900000',
      }),
    ),
  RATE_LIMIT_MAX_REQUESTS: integer(1, 1_000_000)
    .optional()
    .meta(
      documented({
        description: 'Requests to credential endpoints per address and window.',
        byDefault: '100',
      }),
    ),
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'is none of trace, debug, info, warn, error, fatal and silent',
    )
    .optional()
    .meta(documented({ description: 'The least level that is logged.', byDefault: 'info' })),
  METRICS_ENABLED: flag.optional().meta(
    documented({
      description: 'Serves `/metrics` for Prometheus.',
      byDefault: 'true when `METRICS_TOKEN` is set',
    }),
  ),
  METRICS_TOKEN: z
    .string()
    .min(8, 'has fewer than 8 characters')
    .optional()
    .meta(documented({ description: 'Bearer token that `/metrics` asks for.' })),
  DIALECT: z
    .enum(['canonical', 'sidebar'], 'is neither canonical nor sidebar')
    .optional()
    .meta(
      documented({
        description: 'Which contract `/api` speaks where two of them use the same path.',
        byDefault: 'canonical',
      }),
    ),
});

/** The environment after parsing: known names only, each of its type. */
export type Environment = z.output<typeof environmentSchema>;
