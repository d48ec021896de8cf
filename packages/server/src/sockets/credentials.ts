import type { IncomingMessage } from 'node:http';
import { limits, ParleyError } from '@parley/protocol';
import { createOriginPolicy } from '../config/origin.list.js';
import type { SocketEdgeConfig } from './edge.types.js';

/** Finds what a connection authenticates with. */
export interface CredentialReader {
  /**
   * The access token: `offered` by the client itself, else the Authorization header, else the cookie; null when
   * there is none. Throws `invalid_token` for one of no possible form, and `origin_not_allowed` when nothing but a
   * cookie speaks for a page of a foreign origin: a browser sends cookies along whatever page asks (RFC 6455
   * section 10.2), so they count only from an allowed one. A token is something that the page itself knows.
   */
  find(request: IncomingMessage, offered: unknown): string | null;
  /** Whether pages of the request's origin may use the user's cookie. */
  isAllowedOrigin(request: IncomingMessage): boolean;
}

/** Reads credentials by the configuration. */
export function createCredentialReader(config: SocketEdgeConfig): CredentialReader {
  const { allowedOrigins, hostOf = (request) => request.headers.host } = config;
  const isListed = createOriginPolicy({
    allowed: typeof allowedOrigins === 'function' ? [] : allowedOrigins,
    loopback: false,
  });
  const cookieNames = config.defaultDialect === 'sidebar' ? ['jwt', config.cookieName] : [config.cookieName];

  function isAllowedOrigin(request: IncomingMessage): boolean {
    const { origin } = request.headers;
    // Browsers leave the origin out of simple requests, but say where they come from (Fetch Metadata).
    if (origin === undefined) return request.headers['sec-fetch-site'] !== 'cross-site';
    const host = hostOf(request);
    if (typeof allowedOrigins === 'function' && allowedOrigins(origin, host)) return true;
    return isListed({ origin, host });
  }

  return {
    isAllowedOrigin,

    find(request, offered) {
      const explicit = readOffered(offered) ?? readBearer(request.headers.authorization);
      if (explicit !== null) return explicit;
      const cookie = readCookie(request.headers.cookie, cookieNames);
      if (cookie === null) return null;
      if (!isAllowedOrigin(request)) throw new ParleyError('origin_not_allowed');
      return checkForm(cookie);
    },
  };
}

/** A token as clients put it into a field; with or without `Bearer`. Absent when empty: nobody has signed in yet. */
function readOffered(offered: unknown): string | null {
  if (offered === undefined || offered === null || offered === '') return null;
  if (typeof offered !== 'string') throw new ParleyError('invalid_token');
  return checkForm(offered.replace(/^Bearer\s+/i, ''));
}

function readBearer(header: string | undefined): string | null {
  const token = /^Bearer\s+(\S+)\s*$/i.exec(header ?? '')?.[1];
  return token === undefined ? null : checkForm(token);
}

function readCookie(header: string | undefined, names: readonly string[]): string | null {
  for (const name of names) {
    for (const pair of (header ?? '').split(';')) {
      const split = pair.indexOf('=');
      if (split < 0 || pair.slice(0, split).trim() !== name) continue;
      const value = pair.slice(split + 1).trim();
      if (value !== '') return value;
    }
  }
  return null;
}

function checkForm(token: string): string {
  if (token.length === 0 || token.length > limits.tokenMaxCharacters) throw new ParleyError('invalid_token');
  return token;
}
