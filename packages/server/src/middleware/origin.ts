import { ParleyError } from '@parley/protocol';
import cors from 'cors';
import type { Request, RequestHandler } from 'express';
import type { OriginPolicy } from '../config/origin.list.js';

/** Whether a browser page that made the request may use the user's credentials. */
export type OriginCheck = (request: Request) => boolean;

/** The origin policy for requests. Without an Origin, Fetch Metadata tells a page of another site. */
export function createOriginCheck(
  policy: OriginPolicy,
  hostOf: (request: Request) => string | undefined,
): OriginCheck {
  return (request) => {
    const origin = request.get('Origin');
    if (origin === undefined) return request.get('Sec-Fetch-Site') !== 'cross-site';
    return policy({ origin, host: hostOf(request) });
  };
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses what a foreign page had the browser send with the user's cookie. Throws `origin_not_allowed`. */
export function requireAllowedOrigin(request: Request, isAllowed: OriginCheck): void {
  if (!SAFE_METHODS.has(request.method) && !isAllowed(request)) throw new ParleyError('origin_not_allowed');
}

/** CORS for allowed origins, with credentials. Pages of other origins get no CORS headers, so their browser refuses. */
export function allowOrigins(isAllowed: OriginCheck): RequestHandler {
  const shared = cors({
    origin: true,
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    exposedHeaders: ['X-Request-Id', 'X-Total-Count', 'X-Has-More', 'Link', 'Retry-After'],
    // Chromium caps it at two hours.
    maxAge: 7_200,
  });
  return (request, response, next) => {
    response.vary('Origin');
    if (request.get('Origin') !== undefined && isAllowed(request)) shared(request, response, next);
    else next();
  };
}
