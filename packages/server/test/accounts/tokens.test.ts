import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTokenService } from '../../src/services/token.service.js';
import { codeOf, secrets } from './account-services.fixture.js';

const at = Date.UTC(2026, 10, 21);
const service = createTokenService({ ...secrets, now: () => at });
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString());

/** Any token, rightly signed with any secret. */
function forge(
  header: { alg?: string; [name: string]: unknown },
  claims: object,
  secret = secrets.accessSecrets[0] ?? '',
): string {
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${createHmac(header.alg === 'HS512' ? 'sha512' : 'sha256', secret)
    .update(content)
    .digest('base64url')}`;
}

const header = { alg: 'HS256', typ: 'at+jwt' };
const claims = { sub: 'u', sid: 's', iss: 'parley', aud: 'parley', iat: at / 1_000, exp: at / 1_000 + 60 };

describe('an access token', () => {
  it('carries user, session, times, issuer, audience and type', async () => {
    const [head, body] = (await service.signAccess('u', 's')).split('.');
    expect(decode(head)).toEqual({ alg: 'HS256', typ: 'at+jwt' });
    expect(decode(body)).toEqual({ ...claims, exp: at / 1_000 + secrets.accessLifetimeSeconds });
  });

  it('is accepted until it expires', async () => {
    const token = await service.signAccess('u', 's');
    const expiry = at + secrets.accessLifetimeSeconds * 1_000;
    const just = createTokenService({ ...secrets, now: () => expiry - 1_000 });
    expect(await just.verifyAccess(token)).toEqual({ userId: 'u', sessionId: 's' });
    const late = createTokenService({ ...secrets, now: () => expiry });
    expect(await codeOf(late.verifyAccess(token))).toBe('token_expired');
  });

  it('is refused when anything about it is not ours', async () => {
    expect(await service.verifyAccess(forge(header, claims))).toEqual({ userId: 'u', sessionId: 's' });
    const without = (name: string) =>
      Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
    const bad = {
      'another secret': forge(header, claims, 'a secret of quite another server'),
      'the refresh secret': forge(header, claims, secrets.refreshSecrets[0]),
      'no algorithm': `${encode({ ...header, alg: 'none' })}.${encode(claims)}.`,
      'another algorithm': forge({ ...header, alg: 'HS512' }, claims),
      'another type': forge({ ...header, typ: 'JWT' }, claims),
      'a refresh token': forge({ ...header, typ: 'rt+jwt' }, claims),
      'no type': forge({ alg: 'HS256' }, claims),
      'another issuer': forge(header, { ...claims, iss: 'other' }),
      'another audience': forge(header, { ...claims, aud: 'other' }),
      'a user id that is no string': forge(header, { ...claims, sub: { $gt: '' } }),
      'a session id that is no string': forge(header, { ...claims, sid: { $gt: '' } }),
      'no user': forge(header, without('sub')),
      'no session': forge(header, without('sid')),
      'no expiry': forge(header, without('exp')),
      'an unknown critical header': forge({ ...header, crit: ['b64'], b64: false }, claims),
      nothing: '',
      text: 'token',
      dots: '..',
      'a very long text': 'x'.repeat(100_000),
    };
    for (const [what, token] of Object.entries(bad)) {
      expect([what, await codeOf(service.verifyAccess(token))]).toEqual([what, 'invalid_token']);
    }
  });

  it('is refused when it never ends, as 1e400 is a number to JSON.parse', async () => {
    const endless = JSON.stringify({ ...claims, exp: 0 }).replace('"exp":0', '"exp":1e400');
    const content = `${encode(header)}.${Buffer.from(endless).toString('base64url')}`;
    const signature = createHmac('sha256', secrets.accessSecrets[0] ?? '')
      .update(content)
      .digest('base64url');
    expect(await codeOf(service.verifyAccess(`${content}.${signature}`))).toBe('invalid_token');
  });

  it('signed with an older secret is accepted as long as that is listed', async () => {
    const token = await service.signAccess('u', 's');
    const [old] = secrets.accessSecrets;
    const rotated = createTokenService({
      ...secrets,
      now: () => at,
      accessSecrets: ['the new secret, listed first', old ?? ''],
    });
    expect(await rotated.verifyAccess(token)).toEqual({ userId: 'u', sessionId: 's' });
    expect(await codeOf(service.verifyAccess(await rotated.signAccess('u', 's')))).toBe('invalid_token');
    const removed = createTokenService({
      ...secrets,
      now: () => at,
      accessSecrets: ['the new secret, listed first'],
    });
    expect(await codeOf(removed.verifyAccess(token))).toBe('invalid_token');
  });
});

describe('a refresh token', () => {
  it('is different every time and known by its hash', async () => {
    const [one, two] = [await service.signRefresh('s'), await service.signRefresh('s')];
    expect(one.token).not.toBe(two.token);
    expect(one.hash).not.toContain(one.token);
    expect(await service.verifyRefresh(one.token)).toEqual({ sessionId: 's', hash: one.hash });
  });

  it('is never an access token, nor the other way round, even with the same secret', async () => {
    const same = createTokenService({ ...secrets, now: () => at, refreshSecrets: secrets.accessSecrets });
    const { token } = await same.signRefresh('s');
    expect(await codeOf(same.verifyAccess(token))).toBe('invalid_token');
    expect(await codeOf(same.verifyRefresh(await same.signAccess('u', 's')))).toBe('invalid_refresh_token');
  });

  it('that has expired is one that is not valid', async () => {
    const { token } = await service.signRefresh('s');
    const late = createTokenService({ ...secrets, now: () => at + secrets.refreshLifetimeSeconds * 1_000 });
    expect(await codeOf(late.verifyRefresh(token))).toBe('invalid_refresh_token');
  });
});
