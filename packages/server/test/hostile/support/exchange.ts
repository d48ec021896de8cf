import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, type IncomingMessage, request as send } from 'node:http';
import { type ErrorCode, errorCatalogue } from '@parley/protocol';

/** What a request may carry. An object as the body is sent as JSON; text and bytes go as they are. */
export interface RequestOptions {
  token?: string;
  cookie?: string;
  body?: unknown;
  headers?: Record<string, string | string[]>;
  /** The server may refuse it for load: the one answer above 500 that is an answer. */
  mayBeBusy?: boolean;
}

/** An answer, whole. */
export interface Exchange {
  method: string;
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is looked at by the cases
  body: any;
}

/** How long an answer may take before the server counts as hanging. */
const ANSWER_DEADLINE_MS = 20_000;

/** One request by Node's own client, which, unlike `fetch`, lets every header through. */
export async function exchange(
  url: string,
  method: string,
  path: string,
  { token, cookie, body, headers }: RequestOptions = {},
): Promise<Exchange> {
  const { hostname, port } = new URL(url);
  const bytes =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const outgoing = send({
    host: hostname,
    port,
    method,
    path,
    agent: false,
    headers: {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(cookie !== undefined && { Cookie: cookie }),
      ...(bytes !== undefined && {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(bytes),
      }),
      ...headers,
    },
  });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.setTimeout(ANSWER_DEADLINE_MS, () =>
      outgoing.destroy(new Error(`${method} ${path} has no answer`)),
    );
    outgoing.once('response', resolve).once('error', reject);
    outgoing.end(bytes);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const isJson = /json/.test(answer.headers['content-type'] ?? '') && text !== '';
  const parsed: unknown = isJson ? JSON.parse(text) : text;
  return { method, status: answer.statusCode ?? 0, headers: answer.headers, text, body: parsed };
}

/** Lines of a stack, paths of the server's own files, and errors of what it is made of. */
export const INSIDES =
  /\bat (?:\w|<|file:|async )[^\n"]{0,200}:\d+:\d+|node_modules|\/src\/|MongoServerError|BSONError|ZodError/;

/** Every answer, whatever was asked: no 5xx, nothing of the insides, errors of the catalogue. */
export function checkAnswer(
  { method, status, headers, text, body }: Exchange,
  { mayBeBusy = false }: RequestOptions = {},
): void {
  const isRefusedForLoad = mayBeBusy && body?.code === 'server_busy';
  assert.ok(status < 500 || isRefusedForLoad, `answered ${status}: ${text.slice(0, 300)}`);
  if (status < 400 || method === 'HEAD') return;
  assert.ok(!INSIDES.test(text), `shows its insides: ${text.slice(0, 500)}`);
  if (!/problem\+json/.test(headers['content-type'] ?? '')) return;
  const entry = errorCatalogue[body.code as ErrorCode];
  assert.ok(entry !== undefined, `has no code of the catalogue: ${text.slice(0, 300)}`);
}

/** Holds an answer to a code and the status of that code. */
export function expectCode(answer: Exchange, ...codes: ErrorCode[]): void {
  assert.ok(
    codes.includes(answer.body?.code),
    `expected ${codes.join(' or ')}, not ${answer.status} ${answer.text.slice(0, 300)}`,
  );
  assert.equal(answer.status, errorCatalogue[answer.body.code as ErrorCode].status);
}
