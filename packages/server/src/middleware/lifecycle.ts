import { ParleyError } from '@parley/protocol';
import type { RequestHandler } from 'express';

/** Refuses new requests while the server stops, and has clients let go of their connections. */
export function refuseWhileStopping(isStopping: () => boolean): RequestHandler {
  return (_request, response, next) => {
    if (!isStopping()) {
      next();
      return;
    }
    response.setHeader('Connection', 'close');
    throw new ParleyError('shutting_down', { retryAfterSeconds: 5 });
  };
}
