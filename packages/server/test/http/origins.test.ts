import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createOriginPolicy, parseOrigin } from '../../src/config/origin.list.js';
import { createProxyTrust, parseProxies } from '../../src/config/proxy.trust.js';

describe('an origin', () => {
  it.each([
    ['https://chat.example.com', 'https://chat.example.com'],
    ['https://chat.example.com/', 'https://chat.example.com'],
    ['HTTPS://Chat.Example.com:443', 'https://chat.example.com'],
    ['http://[::1]:5173', 'http://[::1]:5173'],
    ['*', '*'],
  ])('%s is taken as %s', (text, origin) => expect(parseOrigin(text)).toBe(origin));

  it.each([
    '',
    'chat.example.com',
    'https://',
    'https://a.com/path',
    'https://u:p@a.com',
    'ftp://a.com',
    'null',
    'https://*.example.com',
  ])('%j is refused', (text) => expect(parseOrigin(text)).toBeUndefined());
});

describe('the policy on origins', () => {
  const policy = createOriginPolicy({ allowed: ['https://app.example.com'], loopback: false });
  const development = createOriginPolicy({ allowed: [], loopback: true });

  it.each([
    ['no origin', undefined, true],
    ['a listed one', 'https://app.example.com', true],
    ['the own one', 'https://chat.example.com', true],
    ['the own one over http', 'http://chat.example.com', true],
    ['another port of the own host', 'https://chat.example.com:8443', false],
    ['a foreign one', 'https://evil.example', false],
    ['one that begins like a listed one', 'https://app.example.com.evil.example', false],
    ['one that ends like a listed one', 'https://evil-app.example.com', false],
    ['a listed one over http', 'http://app.example.com', false],
    ['null, as of a sandboxed frame', 'null', false],
    ['this machine', 'http://localhost:5173', false],
  ])('of %s is right', (_, origin, isAllowed) => {
    expect(policy({ origin, host: 'chat.example.com' })).toBe(isAllowed);
  });

  it.each([
    ['http://localhost:5173', true],
    ['http://127.0.0.1:8080', true],
    ['http://[::1]:3000', true],
    ['http://app.localhost', true],
    ['http://localhost.evil.example', false],
    ['http://127.0.0.1.evil.example', false],
    ['https://evil.example', false],
  ])('in development of %s is right', (origin, isAllowed) => {
    expect(development({ origin, host: 'localhost:3000' })).toBe(isAllowed);
  });
});

describe('trust in proxies', () => {
  const requestOf = (remoteAddress: string, headers: Record<string, string>) =>
    ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;
  const forwarded = {
    'x-forwarded-for': '203.0.113.9, 10.0.0.7',
    'x-forwarded-host': 'chat.example.com',
    host: 'inner:3000',
  };

  it('believes nobody by default', () => {
    const trust = createProxyTrust(0);
    expect(trust.addressOf(requestOf('::ffff:10.0.0.1', forwarded))).toBe('10.0.0.1');
    expect(trust.hostOf(requestOf('10.0.0.1', forwarded))).toBe('inner:3000');
  });

  it.each([
    ['true', '10.0.0.7'],
    ['2', '203.0.113.9'],
    ['9', '203.0.113.9'],
    ['10.0.0.0/8', '203.0.113.9'],
    ['uniquelocal', '203.0.113.9'],
    ['loopback', '10.0.0.1'],
    ['10.0.0.1', '10.0.0.7'],
  ])('with %s finds the address %s', (value, address) => {
    const trust = createProxyTrust(parseProxies(value) as number | string[]);
    expect(trust.addressOf(requestOf('::ffff:10.0.0.1', forwarded))).toBe(address);
  });

  it('takes the forwarded host of a trusted proxy', () => {
    const trust = createProxyTrust(['10.0.0.0/8', 'fd00::/8']);
    expect(trust.hostOf(requestOf('10.0.0.1', forwarded))).toBe('chat.example.com');
    expect(trust.hostOf(requestOf('fd00::1', forwarded))).toBe('chat.example.com');
    expect(trust.hostOf(requestOf('192.0.2.1', forwarded))).toBe('inner:3000');
  });

  it.each(['everybody', '10.0.0.0/33', '10.0.0', '-1', '10.0.0.1;', '::1/129'])(
    'does not read %s',
    (value) => {
      expect(parseProxies(value)).toBeUndefined();
    },
  );
});
