import { createHmac } from 'node:crypto';
import { ACCESS_SECRET } from './attacked.server.js';

/** Members of a header and claims; text in place of an object is taken as it is. */
export interface Forgery {
  header?: Record<string, unknown> | string;
  claims?: Record<string, unknown> | string;
  /** Undefined signs with the server's own secret: then everything but one thing about the token is right. */
  secret?: string;
  signature?: string;
  hash?: string;
}

const encode = (part: object | string) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** A token that is right but for what is given: an attacker who knows everything, or a bug that let something through. */
export function forgeToken(of: { id: string; sessionId: string }, forgery: Forgery = {}): string {
  const now = Math.floor(Date.now() / 1_000);
  const header =
    typeof forgery.header === 'string' ? forgery.header : { alg: 'HS256', typ: 'at+jwt', ...forgery.header };
  const claims =
    typeof forgery.claims === 'string'
      ? forgery.claims
      : {
          iss: 'parley',
          aud: 'parley',
          sub: of.id,
          sid: of.sessionId,
          iat: now,
          exp: now + 3_600,
          ...forgery.claims,
        };
  const signed = `${encode(header)}.${encode(claims)}`;
  const signature =
    forgery.signature ??
    createHmac(forgery.hash ?? 'sha256', forgery.secret ?? ACCESS_SECRET)
      .update(signed)
      .digest('base64url');
  return `${signed}.${signature}`;
}
