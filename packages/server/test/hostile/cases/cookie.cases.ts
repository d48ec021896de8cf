import assert from 'node:assert/strict';
import { type Attack, type HostileCase, inGroup } from '../hostile.case.js';
import { PASSWORD } from '../support/attacked.server.js';
import { exchange, expectCode } from '../support/exchange.js';
import { foreignOrigins } from './handshake.cases.js';

/** Everything that changes something, as a page would have a browser send it. */
const changes = ({ ann, bob, secret }: Attack): [method: string, path: string, body: object][] => [
  ['POST', '/api/messages/send', { to: bob.id, content: 'forged' }],
  ['POST', '/messages', { recipientId: bob.id, text: 'forged' }],
  ['PUT', `/api/messages/${secret.messageId}`, { content: 'forged' }],
  ['DELETE', `/api/messages/${secret.messageId}`, {}],
  ['POST', '/api/messages/mark-read', { chatId: secret.chatId }],
  ['PUT', '/api/auth/profile', { bio: 'forged' }],
  ['PUT', '/api/auth/change-password', { currentPassword: PASSWORD, newPassword: 'another password' }],
  ['POST', '/api/auth/logout', {}],
  ['POST', '/logout', {}],
  ['POST', '/api/auth/refresh-token', {}],
  ['DELETE', `/api/auth/sessions/${ann.sessionId}`, {}],
  ['POST', '/api/sync', {}],
];

const asHeader = (origin: string) => Buffer.from(origin, 'utf8').toString('latin1');
const jar = ({ ann }: Attack) => `token=${ann.token}; token_refresh=${ann.refreshToken}`;

export const cookieCases: HostileCase[] = inGroup('cookies, CSRF, CORS', [
  {
    name: 'both cookies are HttpOnly and SameSite, and the refresh token goes nowhere else',
    on: ['REST'],
    writes: true,
    async run({ server, ann }) {
      const { headers } = await server.request('POST', '/api/auth/login', {
        body: { username: ann.username, password: PASSWORD },
      });
      const cookies = headers['set-cookie'] ?? [];
      assert.equal(cookies.length, 2);
      for (const cookie of cookies) assert.match(cookie, /; HttpOnly.*SameSite=Lax|SameSite=Lax.*; HttpOnly/);
      assert.match(cookies.find((cookie) => cookie.startsWith('token_refresh=')) ?? '', /Path=\/api\/auth/);
      assert.ok(cookies.every((cookie) => !/Domain=/i.test(cookie)));
    },
  },
  {
    name: 'where cookies are to be secure, they go over HTTPS alone',
    on: ['REST'],
    server: 'strict',
    writes: true,
    async run({ server, ann }) {
      const { headers, body } = await server.request('POST', '/api/auth/login', {
        body: { username: ann.username, password: PASSWORD },
      });
      const out = await server.request('POST', '/api/auth/logout', { token: body.token });
      const cookies = [...(headers['set-cookie'] ?? []), ...(out.headers['set-cookie'] ?? [])];
      assert.equal(cookies.length, 4);
      for (const cookie of cookies) assert.match(cookie, /; Secure(;|$)/);
    },
  },
  {
    name: 'a change that a foreign page asks for with the cookie is refused',
    on: ['cookie'],
    async run(attack) {
      for (const [method, path, body] of changes(attack)) {
        for (const Origin of foreignOrigins) {
          const answer = await attack.server.request(method, path, {
            cookie: jar(attack),
            body,
            headers: { Origin: asHeader(Origin) },
          });
          expectCode(answer, 'origin_not_allowed');
        }
      }
    },
  },
  {
    name: 'a change without an Origin is refused when the browser says that it is cross-site',
    on: ['cookie'],
    async run(attack) {
      for (const [method, path, body] of changes(attack)) {
        const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' };
        expectCode(
          await attack.server.request(method, path, { cookie: jar(attack), body, headers }),
          'origin_not_allowed',
        );
      }
    },
  },
  {
    name: 'bodies that a form can send are refused',
    on: ['cookie'],
    async run(attack) {
      for (const [method, path, body] of changes(attack)) {
        if (method !== 'POST' || Object.keys(body).length === 0) continue;
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          'text/plain; application/json',
          'application/jsonx',
        ]) {
          const headers = { Origin: attack.server.url, 'Content-Type': type };
          expectCode(
            await attack.server.request(method, path, { cookie: jar(attack), body, headers }),
            'unsupported_media_type',
          );
        }
      }
    },
  },
  {
    name: 'a preflight from elsewhere is granted nothing',
    on: ['REST'],
    async run({ server }) {
      for (const path of [
        '/api/messages/send',
        '/login',
        '/api/users',
        '/socket.io/?EIO=4&transport=polling',
        '/metrics',
        '/nothing',
      ]) {
        for (const Origin of foreignOrigins) {
          const { headers } = await exchange(server.url, 'OPTIONS', path, {
            headers: {
              Origin: asHeader(Origin),
              'Access-Control-Request-Method': 'POST',
              'Access-Control-Request-Headers': 'authorization',
            },
          });
          assert.equal(headers['access-control-allow-origin'], undefined, `${path} for ${Origin}`);
        }
      }
    },
  },
  {
    name: 'an answer to a foreign page can be read by none',
    on: ['REST', 'cookie'],
    async run(attack) {
      const identity = attack.transport === 'cookie' ? { cookie: jar(attack) } : { token: attack.ann.token };
      for (const Origin of foreignOrigins) {
        const { headers } = await attack.server.request('GET', '/api/auth/profile', {
          ...identity,
          headers: { Origin: asHeader(Origin) },
        });
        assert.equal(headers['access-control-allow-origin'], undefined);
        assert.match(String(headers['vary']), /Origin/i);
      }
    },
  },
  {
    name: 'nothing is changed by GET, HEAD, TRACE or an overridden method',
    on: ['REST', 'cookie'],
    async run(attack) {
      const { server, ann, secret, transport } = attack;
      const identity = transport === 'cookie' ? { cookie: jar(attack) } : { token: ann.token };
      for (const path of ['/logout', '/api/auth/logout', '/api/messages/send', '/api/auth/change-password']) {
        for (const method of ['GET', 'HEAD']) {
          assert.ok(
            [404, 405, 400].includes((await server.request(method, path, identity)).status),
            `${method} ${path}`,
          );
        }
      }
      for (const path of ['/', '/api/auth/profile', '/logout']) {
        const { status, text } = await server.request('TRACE', path, identity);
        assert.ok(status >= 400 && !text.includes(ann.token), `TRACE ${path}: ${status}`);
      }
      const override = {
        'X-HTTP-Method-Override': 'DELETE',
        'X-HTTP-Method': 'DELETE',
        'X-Method-Override': 'DELETE',
      };
      for (const query of ['', '?_method=DELETE']) {
        await server.request('GET', `/api/messages/${secret.messageId}${query}`, {
          ...identity,
          headers: override,
        });
        const body = { _method: 'DELETE' };
        await server.request('POST', `/api/messages/${secret.messageId}${query}`, {
          ...identity,
          headers: { ...override, Origin: server.url },
          body,
        });
      }
    },
  },
  {
    name: 'of one person’s cookie and another one’s bearer the bearer counts, alone',
    on: ['cookie'],
    async run({ server, ann, mallory }) {
      const both = { token: mallory.token, cookie: `token=${ann.token}` };
      const { body } = await server.request('GET', '/api/auth/profile', both);
      assert.equal(body.user.id, mallory.id);
      const broken = { token: 'nothing', cookie: `token=${ann.token}` };
      expectCode(await server.request('GET', '/api/auth/profile', broken), 'invalid_token');
    },
  },
  {
    name: 'cookies of odd form authenticate nobody',
    on: ['cookie'],
    async run({ server, ann }) {
      for (const cookie of [
        'token=',
        'token',
        '=',
        ';;;',
        'token=j:{"a":1}',
        'token=s:x',
        `Token=${ann.token}`,
        `__proto__=${ann.token}`,
        `token="; token_=${ann.token}`,
        'token=%E0%A4%A',
        `x=token=${ann.token}`,
      ]) {
        const answer = await server.request('GET', '/api/auth/profile', { cookie });
        expectCode(answer, 'authentication_required', 'invalid_token');
      }
    },
  },
]);
