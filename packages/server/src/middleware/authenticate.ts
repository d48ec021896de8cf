import { limits, ParleyError } from '@parley/protocol';
import type { Request, RequestHandler } from 'express';
import type { Actor } from '../services/actor.js';
import type { AccountService, RateLimitService } from '../services/contracts.js';
import type { AuthCookies } from './auth-cookies.js';
import { type OriginCheck, requireAllowedOrigin } from './origin.js';

declare global {
  namespace Express {
    interface Request {
      /** Who asks; set on routes that need a session. */
      actor?: Actor;
    }
  }
}

/** Finds out who asks: by `Authorization: Bearer`, else by the cookie. */
export interface Authenticator {
  /** Sets `request.actor`. Throws `authentication_required`, `invalid_token`, `token_expired`, `session_revoked`, `origin_not_allowed`. */
  require: RequestHandler;
  /** The same without throwing: undefined for nobody, or for a token that no longer counts. */
  find(request: Request): Promise<Actor | undefined>;
}

/** Makes the authenticator; each authenticated request also counts against the user's general limit. */
export function createAuthenticator(deps: {
  accounts: Pick<AccountService, 'authenticate'>;
  rateLimits: Pick<RateLimitService, 'takeRequest'>;
  cookies: AuthCookies;
  isAllowedOrigin: OriginCheck;
}): Authenticator {
  const { accounts, rateLimits, cookies, isAllowedOrigin } = deps;

  async function authenticate(request: Request): Promise<Actor> {
    const bearer = readBearer(request.get('Authorization'));
    const token = bearer ?? cookies.readAccess(request);
    if (token === undefined) throw new ParleyError('authentication_required');
    if (bearer === undefined) requireAllowedOrigin(request, isAllowedOrigin);
    if (token === '' || token.length > limits.tokenMaxCharacters) throw new ParleyError('invalid_token');
    return accounts.authenticate(token);
  }

  return {
    async require(request, _response, next) {
      request.actor = await authenticate(request);
      await rateLimits.takeRequest(request.actor.userId);
      next();
    },
    async find(request) {
      try {
        return await authenticate(request);
      } catch (error) {
        if (error instanceof ParleyError && error.status === 401) return undefined;
        throw error;
      }
    },
  };
}

/** RFC 6750 section 2.1. An Authorization of another scheme is not for us. */
function readBearer(header: string | undefined): string | undefined {
  const match = /^Bearer(?:\s+(.*))?$/i.exec(header ?? '');
  return match === null ? undefined : (match[1] ?? '').trim();
}
