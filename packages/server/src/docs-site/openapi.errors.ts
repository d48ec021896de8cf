import { type ErrorCode, errorCatalogue } from '@parley/protocol';
import { z } from 'zod';
import type { DocumentedRoute } from './documented.route.js';

/** Body of every error answer (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Where the error is explained' }),
    title: z.string().meta({ description: 'The same for every occurrence of the code' }),
    status: z.int(),
    code: z.string().meta({ description: 'Stable; the same on every transport' }),
    detail: z.string().meta({ description: 'One sentence for a person about this occurrence' }),
    message: z.string().meta({ description: 'The same as detail' }),
    error: z.string().meta({ description: 'The same as detail' }),
    instance: z
      .string()
      .optional()
      .meta({ description: 'Id of the request, as in X-Request-Id and in the log' }),
    issues: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Everything that is wrong with the input' }),
    retryAfter: z.number().optional().meta({ description: 'Seconds' }),
  })
  .meta({ id: 'Problem' });

const WITH_SESSION: ErrorCode[] = [
  'authentication_required',
  'invalid_token',
  'token_expired',
  'session_revoked',
  'rate_limited',
];
const WITH_BODY: ErrorCode[] = ['malformed_json', 'payload_too_large', 'unsupported_media_type'];
const ALWAYS: ErrorCode[] = ['internal', 'database_unavailable', 'shutting_down'];
const CREDENTIALS = /\/(register|signup|login)$/;

/** Every code that an endpoint can answer with: its own ones and those that go without saying. */
export function listErrorCodes(route: DocumentedRoute): ErrorCode[] {
  if (route.tag === 'Server') return [...route.errors];
  const isUnsafe = route.method !== 'GET';
  return [
    ...new Set<ErrorCode>([
      ...route.errors,
      ...(route.auth ? WITH_SESSION : []),
      ...(CREDENTIALS.test(route.path) ? (['rate_limited', 'server_busy'] as const) : []),
      ...(isUnsafe && route.auth ? (['origin_not_allowed'] as const) : []),
      ...(route.body === undefined ? [] : WITH_BODY),
      ...(isUnsafe && route.tag !== 'Accounts' ? (['server_busy', 'storage_full'] as const) : []),
      ...ALWAYS,
    ]),
  ];
}

/** The error answers of an endpoint, by status, with an example for each code. */
export function describeErrors(route: DocumentedRoute): Record<string, object> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of listErrorCodes(route)) {
    const { status } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const statuses = [...byStatus.keys()].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = byStatus.get(status) as ErrorCode[];
      const description = codes.map((code) => `\`${code}\`: ${errorCatalogue[code].title}`).join('\n\n');
      const examples = Object.fromEntries(
        codes.map((code) => [code, { summary: code, value: exampleProblem(code) }]),
      );
      return [
        String(status),
        { description, content: { 'application/problem+json': { schema: problemSchema, examples } } },
      ];
    }),
  );
}

function exampleProblem(code: ErrorCode): z.infer<typeof problemSchema> {
  const { status, title } = errorCatalogue[code];
  return {
    type: `/api/docs#error-${code}`,
    title,
    status,
    code,
    detail: title,
    message: title,
    error: title,
    instance: '6a9f4c1e-2f0b-4a53-9d0e-0c1c5be6f0a7',
    ...(code === 'invalid_request' ? { issues: [{ path: 'content', message: 'is empty' }] } : {}),
    ...(status === 429 || status === 503 ? { retryAfter: 2 } : {}),
  };
}
