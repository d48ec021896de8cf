import { isStaleToken, type ParleyClientError, signedOut, toClientError } from '../client.error.js';
import type { CallRoute, RouteArgs } from '../protocol.types.js';
import type { CallableRoute } from '../route.table.js';
import type { SessionKeeper } from '../session/session.keeper.js';
import type { HttpTransport } from './http.transport.js';

/** Calls endpoints as the signed-in user; a call whose token expired is made once more with a new one. */
export function createHttpClient(transport: HttpTransport, keeper: SessionKeeper): CallRoute {
  return async <N extends CallableRoute>(name: N, args?: RouteArgs<N>) => {
    if (keeper.dueInMs() < 0) {
      // Better before a call than after its failure; when it fails the server has the last word on the old one.
      await keeper.renew(keeper.version()).catch(() => {});
    }
    const version = keeper.version();
    try {
      return await transport(name, args, keeper.token());
    } catch (thrown) {
      const error: ParleyClientError = toClientError(thrown);
      const isRevoked = error.code === 'session_revoked';
      if (!isRevoked && !isStaleToken(error)) throw error;
      if (!version) throw signedOut();
      await keeper.renew(version, !isRevoked);
      return transport(name, args, keeper.token());
    }
  };
}
