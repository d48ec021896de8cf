import type { CookieOptions, Request, Response } from 'express';
import type { IssuedTokens } from '../services/contracts.js';

/** The cookies that hold the tokens of a browser: out of reach for scripts, sent to this site alone. */
export interface AuthCookies {
  set(request: Request, response: Response, tokens: IssuedTokens): void;
  clear(request: Request, response: Response): void;
  readAccess(request: Request): string | undefined;
  readRefresh(request: Request): string | undefined;
}

/** The refresh token is of use there only, so it is sent there only. */
const REFRESH_PATH = '/api/auth';

/** `secure` undefined means: as the request came. */
export function createAuthCookies(options: { name: string; secure: boolean | undefined }): AuthCookies {
  const access = options.name;
  const refresh = `${options.name}_refresh`;
  const attributes = (request: Request, path: string): CookieOptions => ({
    httpOnly: true,
    sameSite: 'lax',
    secure: options.secure ?? request.secure,
    path,
  });
  return {
    set(request, response, tokens) {
      response.cookie(access, tokens.token, {
        ...attributes(request, '/'),
        maxAge: tokens.expiresIn * 1_000,
      });
      response.cookie(refresh, tokens.refreshToken, {
        ...attributes(request, REFRESH_PATH),
        maxAge: tokens.refreshExpiresIn * 1_000,
      });
    },
    clear(request, response) {
      response.clearCookie(access, attributes(request, '/'));
      response.clearCookie(refresh, attributes(request, REFRESH_PATH));
    },
    readAccess: (request) => readText(request, access),
    readRefresh: (request) => readText(request, refresh),
  };
}

/** cookie-parser turns a value that begins with `j:` into whatever it says. */
function readText(request: Request, name: string): string | undefined {
  const value: unknown = (request.cookies as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
