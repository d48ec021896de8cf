import { createHash, randomUUID, webcrypto } from 'node:crypto';
import { ParleyError } from '@parley/protocol';
import { errors, jwtVerify, SignJWT } from 'jose';

export interface TokenOptions {
  /** The first signs, all verify: a new secret is put in front, the old one leaves when its tokens have expired. */
  accessSecrets: readonly string[];
  /** The same for refresh tokens. */
  refreshSecrets: readonly string[];
  accessLifetimeSeconds: number;
  refreshLifetimeSeconds: number;
  /** Milliseconds since 1970; default `Date.now`. */
  now?: () => number;
}

/** Makes and reads the tokens of a session. It knows nothing of whether the session still lives. */
export interface TokenService {
  readonly accessLifetimeSeconds: number;
  readonly refreshLifetimeSeconds: number;
  signAccess(userId: string, sessionId: string): Promise<string>;
  /** Different every time; `hash` is what a session keeps of it. */
  signRefresh(sessionId: string): Promise<{ token: string; hash: string }>;
  /** Throws `invalid_token`, `token_expired`. */
  verifyAccess(token: string): Promise<{ userId: string; sessionId: string }>;
  /** Throws `invalid_refresh_token`, also for one that has expired. */
  verifyRefresh(token: string): Promise<{ sessionId: string; hash: string }>;
}

const ALGORITHM = 'HS256';
const PARTY = 'parley';
/** RFC 9068 section 2.1: the type keeps one kind of token from being taken for the other. */
const ACCESS_TYPE = 'at+jwt';
const REFRESH_TYPE = 'rt+jwt';

/** Imports the keys once: the library would import anything but a `CryptoKey` anew at each verification, 90 µs. */
export function createTokenService(options: TokenOptions): TokenService {
  const { accessLifetimeSeconds, refreshLifetimeSeconds, now = Date.now } = options;
  const accessKeys = importKeys(options.accessSecrets);
  const refreshKeys = importKeys(options.refreshSecrets);

  async function sign(
    keys: Keys,
    type: string,
    lifetimeSeconds: number,
    claims: Record<string, string>,
  ): Promise<string> {
    const issuedAt = Math.floor(now() / 1_000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, typ: type })
      .setIssuer(PARTY)
      .setAudience(PARTY)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifetimeSeconds)
      .sign(await keys[0]);
  }

  async function verify(token: string, keys: Keys, typ: string, requiredClaims: string[]) {
    for (const key of keys) {
      try {
        const { payload } = await jwtVerify(token, await key, {
          algorithms: [ALGORITHM],
          issuer: PARTY,
          audience: PARTY,
          typ,
          requiredClaims: [...requiredClaims, 'sid', 'iat', 'exp'],
          currentDate: new Date(now()),
        });
        // 1e400 is a number to JSON.parse, Infinity, and a token of ours always ends.
        if (!Number.isSafeInteger(payload.exp) || !Number.isSafeInteger(payload.iat))
          throw new errors.JWTInvalid('The times of the token are no whole numbers');
        return payload;
      } catch (error) {
        // Only a wrong signature may be right under another key.
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }

  return {
    accessLifetimeSeconds,
    refreshLifetimeSeconds,

    signAccess: (userId, sessionId) =>
      sign(accessKeys, ACCESS_TYPE, accessLifetimeSeconds, { sub: userId, sid: sessionId }),

    async signRefresh(sessionId) {
      const claims = { sid: sessionId, jti: randomUUID() };
      const token = await sign(refreshKeys, REFRESH_TYPE, refreshLifetimeSeconds, claims);
      return { token, hash: hashToken(token) };
    },

    async verifyAccess(token) {
      try {
        const { sub, sid } = await verify(token, accessKeys, ACCESS_TYPE, ['sub']);
        if (typeof sub !== 'string' || typeof sid !== 'string') throw new ParleyError('invalid_token');
        return { userId: sub, sessionId: sid };
      } catch (error) {
        throw new ParleyError(error instanceof errors.JWTExpired ? 'token_expired' : 'invalid_token');
      }
    },

    async verifyRefresh(token) {
      try {
        const { sid } = await verify(token, refreshKeys, REFRESH_TYPE, ['jti']);
        if (typeof sid === 'string') return { sessionId: sid, hash: hashToken(token) };
      } catch {
        // Whatever is wrong with it: the answer is to sign in again.
      }
      throw new ParleyError('invalid_refresh_token');
    },
  };
}

type Key = Promise<webcrypto.CryptoKey>;
type Keys = [Key, ...Key[]];

function importKeys(secrets: readonly string[]): Keys {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const [first, ...rest] = secrets.map((secret) =>
    webcrypto.subtle.importKey('raw', Buffer.from(secret), algorithm, false, ['sign', 'verify']),
  );
  if (first === undefined) throw new TypeError('At least one token secret is needed');
  return [first, ...rest];
}

/** The token has more entropy than the hash: no salt, no stretching. */
function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
