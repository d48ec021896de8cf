import type { RouteResult } from '@parley/protocol';
import { ParleyClientError, readProblem, toClientError, unanswered } from '../client.error.js';
import type { ResolvedOptions } from '../client.options.js';
import type { RouteArgs } from '../protocol.types.js';
import { type CallableRoute, routeTable } from '../route.table.js';

/** Calls one endpoint with the given token, or as nobody; throws `ParleyClientError`. */
export type HttpTransport = <N extends CallableRoute>(
  name: N,
  args?: RouteArgs<N>,
  token?: string | null,
) => Promise<RouteResult<N>>;

/** Speaks JSON over fetch. */
export function createHttpTransport(
  options: Pick<ResolvedOptions, 'url' | 'inCookies' | 'timeoutMs' | 'fetch'>,
): HttpTransport {
  return async <N extends CallableRoute>(name: N, args: RouteArgs<N> = {}, token?: string | null) => {
    const { params, query, body } = args as { params?: Strings; query?: object; body?: object };
    const [method, path = ''] = routeTable[name].split(' ');
    const headers: Strings = { Accept: 'application/json' };
    if (body) headers['Content-Type'] = 'application/json';
    if (token) headers['Authorization'] = `Bearer ${token}`;
    let answer: unknown;
    let response: Response;
    try {
      response = await options.fetch(`${options.url}/api/${fillIn(path, params)}${formatQuery(query)}`, {
        method,
        headers,
        // With the session in cookies they must go along, with tokens they must not.
        credentials: options.inCookies ? 'include' : 'omit',
        cache: 'no-store',
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(options.timeoutMs),
      } as RequestInit);
      answer = await response.json();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw toClientError(error);
    }
    if (response!.ok && answer) return answer as RouteResult<N>;
    const { status, headers: got } = response!;
    const problem = readProblem(answer, got.get('Retry-After'));
    if (problem) throw problem;
    // A proxy's page, or no Parley at all. 502 to 504 say that what stands behind it does not answer.
    if (status > 501) throw unanswered('network_error');
    throw new ParleyClientError('unexpected_answer', `Status ${status} without an error of the protocol`, {
      status,
    });
  };
}

type Strings = Record<string, string>;

function fillIn(path: string, params: Strings = {}): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name]!));
}

function formatQuery(query: object = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : '';
}
