import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { enter, openRaw } from '../../live/live.client.js';
import { type Attack, type HostileCase, inGroup, type Member } from '../hostile.case.js';
import { ACCESS_SECRET, OLD_ACCESS_SECRET, PASSWORD, REFRESH_SECRET } from '../support/attacked.server.js';
import { expectCode } from '../support/exchange.js';
import { everyTransport, isRefusal, presentToken } from '../support/present.token.js';
import { type Forgery, forgeToken } from '../support/token.forge.js';

/** Shows forged tokens; each must be refused with `invalid_token`, or with another of the codes. */
async function expectRefused(
  { server, transport }: Attack,
  tokens: string[],
  ...codes: string[]
): Promise<void> {
  for (const token of tokens) {
    const result = await presentToken(server, transport, token);
    const allowed = codes.length === 0 ? ['invalid_token'] : codes;
    // Of a cookie without a token in it nobody can say more than that there is none.
    if (transport === 'cookie') allowed.push('authentication_required');
    assert.ok(isRefusal(transport, result, ...allowed), `${token.slice(0, 80)} came to ${result}`);
  }
}

const now = () => Math.floor(Date.now() / 1_000);

type Table = [name: string, forgeries: (of: Member) => (Forgery | string)[], ...codes: string[]];

/** Right but for one thing, and that one is enough. */
const forgeries: Table[] = [
  [
    'alg none, in every spelling, with and without a signature, is refused',
    () =>
      ['none', 'None', 'NONE', 'nOnE', '', 'none\u0000', ' none', null].flatMap((alg) => [
        { header: { alg }, signature: '' },
        { header: { alg } },
      ]),
  ],
  [
    'another algorithm with the same secret is refused',
    () => [
      { header: { alg: 'HS384' }, hash: 'sha384' },
      { header: { alg: 'HS512' }, hash: 'sha512' },
      { header: { alg: 'RS256' } },
      { header: { alg: 'ES256' } },
      { header: { alg: 'EdDSA' } },
      { header: { alg: 'PBES2-HS256+A128KW', p2c: 1e9 } },
      { header: { alg: ['HS256'] } },
      { header: { alg: { toString: 'HS256' } } },
      { header: '{"typ":"at+jwt"}' },
    ],
  ],
  [
    'a key of the attacker’s own, empty or guessed, is refused',
    () => ['', 'secret', 'parley', 'changeme', 'undefined', 'null'].map((secret) => ({ secret })),
  ],
  [
    'paths and operators in kid lead nowhere',
    () =>
      ['../../../../dev/null', '/proc/self/environ', "' UNION SELECT 'x", '| id', { $ne: null }].map(
        (kid) => ({
          header: { kid },
          secret: '',
        }),
      ),
  ],
  [
    'crit and b64 extensions are refused',
    () => [{ header: { crit: ['b64'], b64: false } }, { header: { crit: ['exp'] } }],
  ],
  [
    'a wrong issuer, audience or type is refused',
    () => [
      { claims: { iss: 'somebody' } },
      { claims: { iss: ['parley', 'x'] } },
      { claims: { iss: undefined } },
      { claims: { aud: 'somebody' } },
      { claims: { aud: ['x', 'y'] } },
      { claims: { aud: undefined } },
      { header: { typ: 'JWT' } },
      { header: { typ: 'rt+jwt' } },
      { header: { typ: undefined } },
    ],
  ],
  [
    'a subject or session that is an object, a list or a number is refused',
    ({ sessionId }) =>
      [{ $ne: null }, { $gt: '' }, [], [sessionId], 1, true, null, ''].flatMap((value) => [
        { claims: { sub: value } },
        { claims: { sid: value } },
      ]),
    'invalid_token',
    'session_revoked',
  ],
  [
    'a subject or session that is no id, or another one, ends at the session',
    ({ id }) => [
      { claims: { sub: 'x' } },
      { claims: { sid: 'x' } },
      { claims: { sid: `${'f'.repeat(24)}` } },
      { claims: { sid: '__proto__' } },
      { claims: { sub: `${'f'.repeat(24)}` } },
      { claims: { sid: id } },
      { claims: { sid: '\u0000'.repeat(24) } },
    ],
    'session_revoked',
    'invalid_token',
  ],
  [
    'an expired token says so',
    () => [{ claims: { exp: now() - 1 } }, { claims: { exp: 0 } }, { claims: { exp: -1e18 } }],
    'token_expired',
  ],
  [
    'a token that is not yet valid is refused',
    () => [{ claims: { nbf: now() + 600 } }, { claims: { nbf: 1e308 } }, { claims: { nbf: 'now' } }],
  ],
  [
    'a token without an expiry is refused',
    () => [{ claims: { exp: undefined } }, { claims: { exp: null } }, { claims: { exp: '9999999999' } }],
  ],
  [
    'an expiry of 1e400 is refused',
    ({ id, sessionId }) => [
      { claims: `{"iss":"parley","aud":"parley","sub":"${id}","sid":"${sessionId}","iat":1,"exp":1e400}` },
      { claims: `{"iss":"parley","aud":"parley","sub":"${id}","sid":"${sessionId}","iat":1,"exp":-1e400}` },
    ],
    'invalid_token',
    'token_expired',
  ],
  [
    'claims that are no object are refused',
    () => ['null', '[]', '"x"', '1', '', '{', '\u0000', '{"a":'.repeat(50)].map((claims) => ({ claims })),
  ],
  [
    'broken forms are refused',
    ({ token }) => {
      const [head, body, signature] = token.split('.') as [string, string, string];
      return [
        `${head}.${body}`,
        `${head}.${body}.`,
        `..${signature}`,
        '..',
        `${token}.x`,
        `${token}.${token}`,
        `${head}.${body}.${signature.slice(1)}`,
        `${head}.${body}.${signature}AAAA`,
        `{"protected":"${head}","payload":"${body}","signature":"${signature}"}`,
        `${head}..${body}.${signature}.${signature}`,
        'a'.repeat(4_096),
      ];
    },
  ],
];

async function listenForVisits(): Promise<{ url: string; visits: () => number; close: () => void }> {
  let visits = 0;
  const bait = createServer((_request, response) => {
    visits += 1;
    response.end('{"keys":[]}');
  });
  bait.on('connection', () => {
    visits += 1;
  });
  await new Promise<void>((resolve) => bait.listen(0, '127.0.0.1', resolve));
  const { port } = bait.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/keys.json`, visits: () => visits, close: () => bait.close() };
}

const bySession = inGroup('tokens', [
  {
    name: 'jwk, jku, x5u and x5c in the header are ignored, and nothing is fetched',
    on: everyTransport,
    async run(attack) {
      const bait = await listenForVisits();
      try {
        const own = Buffer.from('attacker').toString('base64url');
        const headers = [
          { jwk: { kty: 'oct', k: own } },
          { jku: bait.url },
          { x5u: bait.url },
          { x5c: [own] },
          { jku: bait.url, kid: '1' },
        ];
        await expectRefused(
          attack,
          headers.map((header) => forgeToken(attack.ann, { header, secret: 'attacker' })),
        );
        assert.equal(bait.visits(), 0);
      } finally {
        bait.close();
      }
    },
  },
  {
    name: 'a refresh token is no access token',
    on: everyTransport,
    run: (attack) => expectRefused(attack, [attack.ann.refreshToken]),
  },
  {
    name: 'an access token is no refresh token, by body or cookie',
    on: ['REST', 'cookie'],
    async run({ server, transport, ann }) {
      const refreshLike = forgeToken(ann, { secret: REFRESH_SECRET, claims: { jti: 'x' } });
      for (const token of [
        ann.token,
        refreshLike,
        forgeToken(ann, { header: { typ: 'rt+jwt' }, claims: { jti: 'x' } }),
      ]) {
        const options =
          transport === 'cookie' ? { cookie: `token_refresh=${token}` } : { body: { refreshToken: token } };
        expectCode(await server.request('POST', '/api/auth/refresh-token', options), 'invalid_refresh_token');
      }
    },
  },
  {
    name: 'a signature in another encoding does not bring a logged-out token back',
    on: everyTransport,
    async run(attack) {
      const { server } = attack;
      const guest = await server.newPerson('guest');
      await server.request('POST', '/logout', { token: guest.token });
      await attack.begin();
      const [head, body, signature] = guest.token.split('.') as [string, string, string];
      const standard = signature.replaceAll('-', '+').replaceAll('_', '/');
      await expectRefused(
        attack,
        [
          guest.token,
          `${head}.${body}.${standard}`,
          `${head}.${body}.${signature}=`,
          `${head}.${body}.${signature.slice(0, -1)}${flipUnusedBits(signature)}`,
          forgeToken(guest),
        ],
        'session_revoked',
        'invalid_token',
      );
    },
  },
  {
    name: 'an old refresh token used again ends the whole session',
    on: everyTransport,
    writes: true,
    async run(attack) {
      const { server, transport } = attack;
      const guest = await server.newPerson('guest');
      const body = { refreshToken: guest.refreshToken };
      const renewed = await server.request('POST', '/api/auth/refresh-token', { body });
      assert.equal(renewed.status, 200);
      assert.equal(await presentToken(server, transport, renewed.body.token), 'ok');
      expectCode(await server.request('POST', '/api/auth/refresh-token', { body }), 'refresh_token_reused');
      await expectRefused(attack, [renewed.body.token, guest.token], 'session_revoked');
      const again = { body: { refreshToken: renewed.body.refreshToken } };
      expectCode(await server.request('POST', '/api/auth/refresh-token', again), 'invalid_refresh_token');
    },
  },
  {
    name: 'of two refreshes at once one wins, and nobody has two pairs',
    on: ['REST', 'cookie'],
    writes: true,
    async run({ server, transport }) {
      const guest = await server.newPerson('guest');
      const options =
        transport === 'cookie'
          ? { cookie: `token_refresh=${guest.refreshToken}` }
          : { body: { refreshToken: guest.refreshToken } };
      const answers = await Promise.all(
        Array.from({ length: 2 }, () => server.request('POST', '/api/auth/refresh-token', options)),
      );
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401]);
      expectCode(answers.find(({ status }) => status === 401) ?? answers[0]!, 'refresh_token_reused');
    },
  },
  {
    name: 'tokens of the secret before this one hold in its grace time, of any other they do not',
    on: everyTransport,
    async run(attack) {
      const { server, transport, ann } = attack;
      for (const secret of [ACCESS_SECRET, OLD_ACCESS_SECRET]) {
        assert.equal(await presentToken(server, transport, forgeToken(ann, { secret })), 'ok');
      }
      await expectRefused(attack, [forgeToken(ann, { secret: 'the secret before that, which has left' })]);
    },
  },
  {
    name: 'a token that expires on an open connection closes it',
    on: ['Socket.IO', 'polling', 'raw WebSocket'],
    server: 'brief',
    writes: true,
    async run({ server, transport, ann }) {
      const { body } = await server.request('POST', '/login', {
        body: { username: ann.username, password: PASSWORD },
      });
      if (transport === 'raw WebSocket') {
        const raw = openRaw(server, `/?token=${body.token}`);
        assert.equal((await raw.waitFor('close')).code, 4403);
      } else {
        const transports = [transport === 'polling' ? 'polling' : 'websocket'] as ['polling' | 'websocket'];
        const socket = await enter(server, body, {}, { transports });
        assert.equal((await socket.waitFor('error')).code, 'token_expired');
        await socket.waitFor('disconnect');
      }
    },
  },
  {
    name: 'logging out ends the token on an open connection',
    on: ['Socket.IO', 'polling', 'raw WebSocket'],
    async run({ server, transport, begin }) {
      const guest = await server.newPerson('guest');
      const client =
        transport === 'raw WebSocket'
          ? openRaw(server, `/?token=${guest.token}`)
          : await enter(
              server,
              guest,
              {},
              { transports: [transport === 'polling' ? 'polling' : 'websocket'] },
            );
      if (transport === 'raw WebSocket') await client.waitFor('history');
      await server.request('POST', '/logout', { token: guest.token });
      await begin();
      if (transport === 'raw WebSocket') assert.equal((await client.waitFor('close')).code, 4403);
      else assert.equal((await client.waitFor('error')).code, 'session_revoked');
    },
  },
]);

/** The last character of 32 bytes in base64url has two bits that mean nothing: another character, the same bytes. */
function flipUnusedBits(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(signature.at(-1) as string) ^ 1] as string;
}

export const tokenCases: HostileCase[] = [
  ...inGroup(
    'tokens',
    forgeries.map(([name, make, ...codes]) => ({
      name,
      on: everyTransport,
      async run(attack: Attack) {
        const { server, transport, ann } = attack;
        // The control: without the forgery the token is good, so that it is the forgery which is refused.
        assert.equal(await presentToken(server, transport, forgeToken(ann)), 'ok');
        const tokens = make(ann).map((one) => (typeof one === 'string' ? one : forgeToken(ann, one)));
        await expectRefused(attack, tokens, ...codes);
      },
    })),
  ),
  ...bySession,
];
