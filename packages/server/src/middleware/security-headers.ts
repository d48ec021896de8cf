import type { RequestHandler } from 'express';
import helmet from 'helmet';

const self = ["'self'"];

/**
 * What a page of this server may load. No inline script and no inline style anywhere; pictures may come from
 * wherever users keep them. `'self'` in connect-src covers WebSockets of the same origin (CSP level 3).
 */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: self,
    scriptSrc: self,
    styleSrc: self,
    imgSrc: ["'self'", 'data:', 'blob:', 'https:'],
    mediaSrc: ["'self'", 'blob:'],
    fontSrc: self,
    connectSrc: self,
    workerSrc: self,
    manifestSrc: self,
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: self,
    frameAncestors: ["'none'"],
  },
};

/** Security headers on every answer. HSTS has no effect over plain HTTP and leaves other hosts of the domain alone. */
export function setSecurityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy,
    strictTransportSecurity: { maxAge: 15_552_000, includeSubDomains: false },
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
}
