import assert from 'node:assert/strict';
import { type Attack, type HostileCase, inGroup } from '../hostile.case.js';
import { createAsker } from '../support/asker.js';
import { PASSWORD } from '../support/attacked.server.js';
import { expectCode } from '../support/exchange.js';
import { tellApart } from '../support/timing.js';

const credentialPaths = ['/login', '/api/auth/login'];
const registrationPaths = ['/register', '/api/auth/register', '/api/auth/signup'];
let accounts = 0;

async function register({ server }: Attack, password: unknown, username?: string) {
  accounts += 1;
  const name = username ?? `account_${accounts}`;
  const body = { username: name, email: `${name}@example.com`, password };
  return { name, answer: await server.request('POST', '/api/auth/register', { body }) };
}

/** Passwords that differ in a place which a careless hash would not look at. */
const lookalikes: [what: string, right: string, wrong: string[]][] = [
  [
    '73 bytes and more with another tail',
    `${'a'.repeat(72)}1`,
    [`${'a'.repeat(72)}2`, 'a'.repeat(72), `${'a'.repeat(72)}1x`],
  ],
  ['an embedded NUL', 'before\u0000after1', ['before\u0000after2', 'before\u0000', 'before', 'beforeafter1']],
  [
    '64 four-byte emoji',
    '\u{1f600}'.repeat(64),
    ['\u{1f600}'.repeat(63), `${'\u{1f600}'.repeat(63)}\u{1f601}`, '\u{1f600}'.repeat(18)],
  ],
  ['1,024 bytes', 'p'.repeat(1_024), ['p'.repeat(1_023), `${'p'.repeat(1_023)}q`]],
  ['blanks at the ends', '  spaces matter  ', ['spaces matter', ' spaces matter ', '  spaces matter']],
  [
    'case and composed letters',
    'Éclair password',
    ['éclair password', 'E\u0301clair password', 'Eclair password'],
  ],
];

export const passwordCases: HostileCase[] = inGroup('passwords and login', [
  ...lookalikes.map(([what, right, wrong]) => ({
    name: `a password of ${what} counts to its last byte`,
    on: ['REST'] as const,
    writes: true,
    async run(attack: Attack) {
      const { name, answer } = await register(attack, right);
      assert.equal(answer.status, 201);
      for (const password of wrong) {
        expectCode(
          await attack.server.request('POST', '/login', { body: { username: name, password } }),
          'invalid_credentials',
        );
      }
      const signedIn = await attack.server.request('POST', '/login', {
        body: { username: name, password: right },
      });
      assert.equal(signedIn.status, 200);
    },
  })),
  {
    name: 'a password of 1,025 bytes is refused, one of 1 MB before it is read',
    on: ['REST'],
    async run(attack) {
      const { server, ann } = attack;
      for (const password of ['p'.repeat(1_025), '\u{1f600}'.repeat(257)]) {
        expectCode((await register(attack, password)).answer, 'invalid_request');
        expectCode(
          await server.request('POST', '/login', { body: { username: ann.username, password } }),
          'invalid_request',
        );
      }
      for (const path of [...credentialPaths, ...registrationPaths]) {
        expectCode(
          await server.request('POST', path, {
            body: { username: ann.username, password: 'p'.repeat(1_048_576) },
          }),
          'payload_too_large',
        );
      }
    },
  },
  {
    name: 'wrong types in every field are refused',
    on: ['REST'],
    async run({ server, ann, mallory }) {
      const wrong = [0, 1, [], ['x'], {}, { $gt: '' }, 1e308];
      const signIn = { identifier: 'x', username: ann.username, email: 'x@example.com', password: PASSWORD };
      const names = { username: 'free_name', name: 'x', fullName: 'x', email: 'x@example.com' };
      const signUp = { ...names, password: PASSWORD, confirmPassword: PASSWORD };
      const profile = {
        username: 'free_name',
        name: 'x',
        email: 'x@example.com',
        bio: 'x',
        profilePicture: '/x',
      };
      const change = { currentPassword: PASSWORD, newPassword: 'another password' };
      const forms: [method: string, path: string, good: object, text?: boolean][] = [
        ...credentialPaths.map((path): (typeof forms)[number] => ['POST', path, signIn]),
        ...registrationPaths.map((path): (typeof forms)[number] => ['POST', path, signUp]),
        ['POST', '/api/auth/refresh-token', { refreshToken: 'x' }],
        ['PUT', '/api/auth/profile', profile],
        ['PUT', '/api/auth/change-password', change],
        ['POST', '/api/auth/logout', { all: true }],
        ['POST', '/logout', { all: true }],
      ];
      for (const [method, path, good] of forms) {
        for (const [name, right] of Object.entries(good)) {
          for (const value of [...wrong, typeof right === 'string' ? true : 'true']) {
            const body = { ...good, [name]: value };
            expectCode(await server.request(method, path, { token: mallory.token, body }), 'invalid_request');
          }
        }
        for (const body of ['null', '[]', '"x"', '1', '[{"username":"x","password":"y"}]']) {
          expectCode(await server.request(method, path, { token: mallory.token, body }), 'invalid_request');
        }
      }
    },
  },
  {
    name: 'an unknown user and a wrong password have the same answer in the same time',
    on: ['REST'],
    async run(attack) {
      const { server, ann, isThorough } = attack;
      const ask = async (username: string) => {
        const answer = await server.request('POST', '/login', {
          body: { username, password: 'not the password' },
        });
        const { date: _, 'x-request-id': __, ...headers } = answer.headers;
        return { status: answer.status, headers, body: { ...answer.body, instance: '' } };
      };
      assert.deepEqual(await ask(ann.username), await ask('nobody_of_this_name'));
      const { accuracy, samples } = await tellApart(attack, isThorough ? 2_000 : 60);
      attack.note(`a classifier is right in ${(100 * accuracy).toFixed(1)} % of ${samples} samples each`);
      // Four standard deviations of pure chance, as the threshold was chosen on the one half and tried on the other.
      if (isThorough) assert.ok(accuracy < 0.5 + 4 * Math.sqrt(0.25 / samples), `right in ${accuracy}`);
    },
  },
  {
    name: 'of 20 equal registrations at once one makes an account',
    on: ['REST'],
    writes: true,
    async run(attack) {
      accounts += 1;
      const name = `parallel_${accounts}`;
      const answers = await Promise.all(Array.from({ length: 20 }, () => register(attack, PASSWORD, name)));
      const statuses = answers.map(({ answer }) => answer.status);
      assert.equal(statuses.filter((status) => status === 201).length, 1);
      assert.equal(statuses.filter((status) => status === 409).length, 19);
    },
  },
  {
    name: 'case and blanks around an address or a username make no second account',
    on: ['REST'],
    async run({ server, ann }) {
      const [name, address] = [ann.username, `${ann.username}@example.com`];
      for (const email of [address.toUpperCase(), ` ${address} `, address.replace('example', 'EXAMPLE')]) {
        expectCode(
          await server.request('POST', '/register', {
            body: { username: 'free_name', email, password: PASSWORD },
          }),
          'email_taken',
        );
      }
      for (const username of [name.toUpperCase(), ` ${name} `, name.replace('a', 'A')]) {
        expectCode(
          await server.request('POST', '/register', {
            body: { username, email: 'free@example.com', password: PASSWORD },
          }),
          'username_taken',
        );
      }
      for (const username of [
        name.replace('a', 'а'),
        `${name}\u200b`,
        name.replace('a', 'ａ'),
        `${name}\u0301`,
        `${name}\u202e`,
      ]) {
        expectCode(
          await server.request('POST', '/register', {
            body: { username, email: 'free@example.com', password: PASSWORD },
          }),
          'invalid_request',
        );
      }
      for (const email of [
        `${name}@exаmple.com`,
        `"${name}"@example.com`,
        `${name}@example.com\u0000`,
        `${name}@[127.0.0.1]`,
        `${name}@example.com, b@x.org`,
        `${name}@example.com\r\nBcc: b@x.org`,
      ]) {
        expectCode(
          await server.request('POST', '/register', {
            body: { username: 'free_name', email, password: PASSWORD },
          }),
          'invalid_request',
        );
      }
    },
  },
  {
    name: 'failures on purpose lock the attacker out, never the victim',
    on: ['REST'],
    server: 'strict',
    writes: true,
    async run({ server }) {
      const victim = await server.newPerson('victim');
      const from = (address: string, password: string) =>
        server.request('POST', '/login', {
          body: { username: victim.username, password },
          headers: { 'X-Forwarded-For': address },
        });
      for (let attempt = 0; attempt < 10; attempt += 1)
        expectCode(await from('203.0.113.5', 'wrong one'), 'invalid_credentials');
      expectCode(await from('203.0.113.5', PASSWORD), 'rate_limited');
      assert.equal((await from('198.51.100.7', PASSWORD)).status, 200);
    },
  },
  {
    name: 'failures from everywhere make strangers wait, never a device that the victim uses',
    on: ['REST'],
    writes: true,
    async run({ server }) {
      const victim = await server.newPerson('victim');
      const from = (address: string, password: string, more: object = {}) =>
        server.request('POST', '/login', {
          body: { username: victim.username, password },
          headers: { 'X-Forwarded-For': address, ...more },
        });
      assert.equal((await from('203.0.113.77', PASSWORD)).status, 200);
      const bots = await Promise.all(Array.from({ length: 120 }, (_, n) => from(`10.1.${n}.1`, 'wrong one')));
      assert.ok(
        bots.some(({ body }) => body.code === 'rate_limited'),
        'the bots are slowed down',
      );
      expectCode(await from('198.51.100.8', PASSWORD), 'rate_limited');
      assert.equal((await from('203.0.113.77', PASSWORD)).status, 200);
    },
  },
  {
    name: 'a password is not changed without the current one',
    on: ['REST', 'cookie'],
    async run(attack) {
      const asker = await createAsker(attack, attack.mallory);
      const change = (body: object) => asker({ rest: ['PUT', '/api/auth/change-password', body] });
      for (const currentPassword of ['wrong password', PASSWORD.toLowerCase(), `${PASSWORD} `]) {
        assert.equal(
          (await change({ currentPassword, newPassword: 'another password' }))?.code,
          'wrong_password',
        );
      }
      for (const body of [
        { newPassword: 'another password' },
        { currentPassword: null, newPassword: 'another password' },
        { currentPassword: { $ne: '' }, newPassword: 'another password' },
        { currentPassword: PASSWORD },
        { currentPassword: PASSWORD, newPassword: 'short' },
      ]) {
        assert.equal((await change(body))?.code, 'invalid_request');
      }
      assert.equal(
        (await asker({ rest: ['PUT', '/api/auth/profile', { password: 'x'.repeat(20) }] }))?.ok,
        true,
      );
    },
  },
]);
