import { ParleyClientError, readProblem, toClientError } from '../client.error.js';

/** One request, before anybody is authenticated. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its parameters filled in. */
  path: string;
  query?: Record<string, unknown>;
  body?: unknown;
  token?: string | null;
}

/** Sends a request and gives the parsed answer; throws `ParleyClientError`. */
export type HttpTransport = (request: HttpRequest) => Promise<unknown>;

export interface HttpTransportOptions {
  /** The server's address, without a slash at the end. */
  url: string;
  /** Whether cookies go along: with the session in cookies they must, with tokens they must not. */
  withCookies: boolean;
  timeoutMs: number;
  fetch: typeof globalThis.fetch;
}

/** Speaks JSON over fetch. */
export function createHttpTransport({
  url,
  withCookies,
  timeoutMs,
  fetch,
}: HttpTransportOptions): HttpTransport {
  return async ({ method, path, query = {}, body, token }) => {
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const search = pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}${path}${search}`, {
        method,
        credentials: withCookies ? 'include' : 'omit',
        cache: 'no-store',
        headers: {
          Accept: 'application/json',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(token == null ? {} : { Authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await response.text();
    } catch (error) {
      throw toClientError(error);
    }
    const answer = parseJson(text);
    if (response.ok && answer !== undefined) return answer;
    const problem = readProblem(answer, response.headers.get('Retry-After'));
    if (problem !== undefined && !response.ok) throw problem;
    // A proxy's page, or no Parley at all. 502 to 504 say that what stands behind it does not answer.
    const message = `${method} ${path} was answered with status ${response.status} and no error of the protocol`;
    throw new ParleyClientError(response.status >= 502 ? 'network_error' : 'unexpected_answer', message, {
      status: response.status,
    });
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
