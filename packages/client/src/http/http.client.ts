import type { RouteName, RouteResult } from '@parley/protocol';
import { isStaleToken, ParleyClientError } from '../client.error.js';
import type { CallRoute, RouteArgs } from '../protocol.types.js';
import { routeTable } from '../route.table.js';
import type { SessionKeeper } from '../session/session.keeper.js';
import type { HttpTransport } from './http.transport.js';

/** A token with less than this left is renewed before a call, not after its failure. */
const NEARLY_EXPIRED_MS = 2_000;

/** Calls endpoints of the protocol as the signed-in user; a call whose token expired is made once more with a new one. */
export function createHttpClient(
  transport: HttpTransport,
  keeper: SessionKeeper,
  inCookies: boolean,
): CallRoute {
  async function attempt(name: RouteName, args: RouteArgs<RouteName>): Promise<unknown> {
    const [method, path, auth] = routeTable[name];
    const request = {
      method,
      path: fillIn(path, args.params),
      ...(args.query === undefined ? {} : { query: args.query }),
      ...(args.body === undefined ? {} : { body: args.body }),
    };
    if (!auth) return transport(request);
    const session = keeper.session.peek();
    if (session === null) throw new ParleyClientError('signed_out', 'Nobody is signed in');
    try {
      return await transport({ ...request, token: inCookies ? null : session.token });
    } catch (error) {
      const isRevoked = error instanceof ParleyClientError && error.code === 'session_revoked';
      if (!isRevoked && !isStaleToken(error)) throw error;
      await keeper.renew(session.renewedAt, !isRevoked);
      return transport({ ...request, token: inCookies ? null : (keeper.session.peek()?.token ?? null) });
    }
  }

  return async <N extends RouteName>(name: N, args: RouteArgs<N> = {}) => {
    const session = keeper.session.peek();
    const [, , auth] = routeTable[name];
    const mayRenew = auth && session !== null && (inCookies || session.refreshToken !== null);
    if (mayRenew && session.expiresAt !== null && session.expiresAt - Date.now() < NEARLY_EXPIRED_MS) {
      // When that fails the server still has the last word on the old one.
      await keeper.renew(session.renewedAt).catch(() => undefined);
    }
    return (await attempt(name, args as RouteArgs<RouteName>)) as RouteResult<N>;
  };
}

function fillIn(path: string, params: Record<string, string> | undefined): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params?.[name] ?? ''));
}
