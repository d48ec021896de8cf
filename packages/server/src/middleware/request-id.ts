import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

declare global {
  namespace Express {
    interface Request {
      /** Names the request in the log, in `X-Request-Id` and as `instance` of a problem. */
      id: string;
    }
  }
}

/** What is taken over from a client: nothing that could forge a line of a log. */
const ACCEPTED = /^[A-Za-z0-9._-]{1,64}$/;

/** Gives each request an id, the client's own when it is a harmless one, and answers with it. */
export function assignRequestId(): RequestHandler {
  return (request, response, next) => {
    const given = request.get('X-Request-Id');
    request.id = given !== undefined && ACCEPTED.test(given) ? given : randomUUID();
    response.setHeader('X-Request-Id', request.id);
    next();
  };
}
