import assert from 'node:assert/strict';
import { routes } from '@parley/protocol';
import { openRaw } from '../../live/live.client.js';
import { type HostileCase, inGroup } from '../hostile.case.js';
import { askingTransports, createAsker } from '../support/asker.js';
import { PASSWORD } from '../support/attacked.server.js';
import { expectCode } from '../support/exchange.js';

const operators: unknown[] = [
  { $ne: null },
  { $gt: '' },
  { $regex: '.*' },
  { $where: 'sleep(5000)' },
  { $in: ['a'] },
  { $exists: true },
  ['a', 'b'],
  [{ $ne: 1 }],
  { $function: { body: 'function(){}', args: [], lang: 'js' } },
  { $expr: { $gt: [1, 0] } },
  { toString: 'x' },
  { length: 5 },
  { _bsontype: 'ObjectId', id: 'x' },
];

/** Query strings that other servers take for objects, lists or instructions. */
const queries = [
  'q[$ne]=x',
  'q[$regex]=.*',
  'q[]=a&q[]=b',
  'q=a&q=b',
  '__proto__[x]=1&q[x]=1',
  'constructor[prototype][x]=1&q[]=1',
  'q.$ne=1',
  'q%5B%24gt%5D=',
];

/** As a path has them; none is the 24 hexadecimal digits of an id. */
const oddIds = [
  '%7B%22$ne%22:null%7D',
  '[$ne]',
  '$where',
  '__proto__',
  'constructor',
  `${'f'.repeat(23)}g`,
  'f'.repeat(23),
  'f'.repeat(25),
  `${'f'.repeat(24)}%00`,
  `${'f'.repeat(24)}%0a`,
  '%00',
  '%ff',
  '%E0%A4%A',
  '..%2f..%2fetc',
  '0',
  '-1',
  'null',
  'undefined',
  '%F0%9F%98%80',
  'f'.repeat(5_000),
];

/** Patterns that take a backtracking matcher for ever. */
const patterns = [
  `${'(a+)+'.repeat(30)}$`,
  `${'a'.repeat(199)}!`,
  `^(${'a?'.repeat(60)})${'a'.repeat(20)}$`,
  '.*'.repeat(100),
  '\\'.repeat(200),
  '['.repeat(200),
  '(?=a)*'.repeat(30),
  '%'.repeat(200),
  '*'.repeat(200),
  '" OR "'.repeat(30),
  `${'\u0301'.repeat(200)}`,
  '\u{1f468}\u200d'.repeat(60),
  '-a '.repeat(60),
  'ﷺ'.repeat(200),
  '\u202e'.repeat(200),
];
const PATTERN_MS = 200;
const PATTERN_TRIES = 5;

export const injectionCases: HostileCase[] = inGroup('injection and types', [
  {
    name: 'operators in place of credentials sign nobody in',
    on: ['REST'],
    async run({ server, ann }) {
      for (const operator of operators) {
        for (const body of [
          { username: operator, password: PASSWORD },
          { email: operator, password: PASSWORD },
          { identifier: operator, password: PASSWORD },
          { username: ann.username, password: operator },
          { username: ann.username, email: operator, password: PASSWORD },
        ]) {
          for (const path of ['/login', '/api/auth/login']) {
            expectCode(await server.request('POST', path, { body }), 'invalid_request');
          }
        }
        expectCode(
          await server.request('POST', '/api/auth/refresh-token', { body: { refreshToken: operator } }),
          'invalid_request',
        );
      }
    },
  },
  {
    name: 'operators in place of ids, texts and marks find nothing and change nothing',
    on: askingTransports,
    async run(attack) {
      const { ann, bob, secret } = attack;
      const asker = await createAsker(attack, ann);
      for (const value of operators) {
        const send = [
          { to: value, content: 'x' },
          { chatId: value, content: 'x' },
          { to: bob.id, content: value },
          { to: bob.id, content: 'x', clientId: value },
          { to: bob.id, content: 'x', messageType: value },
        ];
        for (const body of send) {
          const outcome = await asker({
            rest: ['POST', '/api/messages/send', body],
            event: ['send_message', body],
          });
          assert.equal(outcome?.code, 'invalid_request', JSON.stringify(body));
        }
        for (const body of [
          { chatId: value },
          { messageId: value },
          { messageIds: value, chatId: value },
          { chatId: secret.chatId, upTo: value },
        ]) {
          const outcome = await asker({
            rest: ['POST', '/api/messages/mark-read', body],
            event: ['read_receipt', body],
          });
          assert.equal(outcome?.code, 'invalid_request', JSON.stringify(body));
        }
        for (const [name, payload] of [
          ['join_chat', value],
          ['join_chat', { chatId: value }],
          ['edit_message', { messageId: value, content: 'x' }],
          ['delete_message', { messageId: secret.messageId, for: value }],
          ['typing', { chatId: value, isTyping: true }],
          ['typing', { to: bob.id, isTyping: value }],
          ['update_status', { status: value }],
          ['watch_presence', { userIds: value }],
          ['sync', { chats: value, limit: 'x' }],
        ] as const) {
          const outcome = await asker({ event: [name, payload] });
          if (outcome !== undefined)
            assert.equal(outcome.code, 'invalid_request', `${name} ${JSON.stringify(payload)}`);
        }
      }
    },
  },
  {
    name: 'operators in the events of the other dialects, and in the lobby, find nothing and change nothing',
    on: ['Socket.IO', 'polling', 'raw WebSocket'],
    async run(attack) {
      const { server, transport, ann, bob } = attack;
      // Text is what the lobby takes; none of these is.
      const values = operators.filter((value) => typeof value === 'object');
      if (transport === 'raw WebSocket') {
        const raw = openRaw(server, `/?token=${ann.token}`);
        await raw.waitFor('history');
        const frames = values.flatMap((value) => [
          { text: value },
          { message: value },
          { content: value },
          { text: 'x', clientId: value },
        ]);
        for (const [n, frame] of frames.entries()) {
          raw.say(frame);
          await raw.waitFor('error', () => raw.all('error').length === n + 1);
        }
        assert.ok(raw.all('error').every(({ code }) => code === 'invalid_request'));
        return;
      }
      const asker = await createAsker(attack, ann);
      for (const value of values) {
        for (const [name, payload] of [
          ['message:send', { to: value, text: 'x' }],
          ['message:send', { to: bob.id, text: value }],
          ['message:send', { to: bob.id, text: 'x', tempId: value }],
          ['user:typing', { to: value, isTyping: true }],
          ['user:typing', { to: bob.id, isTyping: value }],
          ['user:connect', value],
          ['user:connect', { userId: value }],
          ['authenticate', value],
          ['authenticate', { token: value }],
          ['leave_chat', { chatId: value }],
        ] as const) {
          const outcome = await asker({ event: [name, payload] });
          assert.equal(outcome?.code, 'invalid_request', `${name} ${JSON.stringify(payload)}`);
        }
      }
    },
  },
  {
    name: 'operators, paths and odd bytes in place of an id in a path are refused',
    on: ['REST', 'cookie'],
    async run(attack) {
      const asker = await createAsker(attack, attack.ann);
      const paths: [method: string, path: string, body?: object][] = [
        ['GET', '/api/users/:id'],
        ['GET', '/api/users/:id/status'],
        ['GET', '/api/messages/conversation/:id'],
        ['GET', '/api/messages/:id'],
        ['GET', '/messages/:id'],
        ['PUT', '/api/messages/:id', { content: 'x' }],
        ['DELETE', '/api/messages/:id'],
        ['DELETE', '/api/auth/sessions/:id'],
      ];
      for (const [method, path, body] of paths) {
        for (const value of oddIds) {
          const outcome = await asker({ rest: [method, path.replace(':id', value), body] });
          assert.equal(outcome?.code, 'invalid_request', `${method} ${path} ${value}`);
        }
      }
    },
  },
  {
    name: 'operators and repeated parameters in query strings are refused',
    on: ['REST', 'cookie'],
    async run(attack) {
      const asker = await createAsker(attack, attack.ann);
      for (const path of ['/api/users/search', '/api/messages/search']) {
        for (const query of queries) {
          assert.equal((await asker({ rest: ['GET', `${path}?${query}`] }))?.code, 'invalid_request', query);
        }
      }
      for (const query of ['limit=1&limit=2', 'limit[$gt]=1&limit=x', 'cursor=a&cursor=b']) {
        assert.equal((await asker({ rest: ['GET', `/api/users?${query}`] }))?.code, 'invalid_request', query);
      }
    },
  },
  {
    name: 'sort, select and other words of a database in the query change no answer',
    on: ['REST', 'cookie'],
    async run(attack) {
      const asker = await createAsker(attack, attack.mallory);
      const plain = await asker({ rest: ['GET', '/api/users?limit=3'] });
      for (const query of [
        'sort=-email',
        'select=%2BpasswordHash',
        'fields=passwordHash',
        'populate=sessions',
        'projection[passwordHash]=1',
        '$where=1',
        'filter={"$where":"1"}',
        'lean=true',
      ]) {
        const outcome = await asker({ rest: ['GET', `/api/users?limit=3&${query}`] });
        assert.deepEqual(
          Object.keys(outcome?.body.users[0]).sort(),
          Object.keys(plain?.body.users[0]).sort(),
        );
      }
    },
  },
  {
    name: '__proto__ and constructor in a body reach nobody’s prototype',
    on: ['REST'],
    async run({ server, mallory, ann }) {
      const poison =
        '{"__proto__":{"isAdmin":true,"chatId":"x","status":200},"constructor":{"prototype":{"isAdmin":true}},';
      for (const route of Object.values(routes)) {
        if (!('body' in route)) continue;
        // Of logging out nobody would be left to ask with.
        if (/logout|register|signup/.test(route.path)) continue;
        const path = route.path.replace(/:\w+/g, 'f'.repeat(24));
        await server.request(route.method, path, { token: mallory.token, body: `${poison}"x":1}` });
      }
      const { body } = await server.request('GET', `/api/users/${ann.id}`, { token: mallory.token });
      assert.equal('isAdmin' in body.user, false);
    },
  },
  {
    name: 'pathological search patterns are answered within 200 ms',
    on: ['REST'],
    async run(attack) {
      const { server, ann } = attack;
      let slowest = 0;
      for (const pattern of patterns) {
        for (const path of ['/api/users/search', '/api/messages/search']) {
          let best = Number.POSITIVE_INFINITY;
          for (let tried = 0; tried < PATTERN_TRIES && best > PATTERN_MS; tried += 1) {
            const startedAt = performance.now();
            const { status } = await server.request('GET', `${path}?q=${encodeURIComponent(pattern)}`, {
              token: ann.token,
            });
            best = Math.min(best, performance.now() - startedAt);
            assert.ok(status === 200 || status === 400, `answered ${status}`);
          }
          slowest = Math.max(slowest, best);
        }
      }
      attack.note(`the slowest took ${Math.round(slowest)} ms`);
      if (attack.isThorough) assert.ok(slowest <= PATTERN_MS, `${Math.round(slowest)} ms`);
    },
  },
  {
    name: 'line breaks and controls in names are refused',
    on: ['REST'],
    async run({ server, mallory }) {
      for (const value of ['a\r\nSet-Cookie: x=y', 'a\u001b[31m', 'a\u0000b', 'a\u007f', '\ud800']) {
        for (const body of [
          { username: value },
          { name: value },
          { profilePicture: `/x${value}` },
          { email: `${value}@example.com` },
        ]) {
          expectCode(
            await server.request('PUT', '/api/auth/profile', { token: mallory.token, body }),
            'invalid_request',
          );
        }
      }
      for (const profilePicture of [
        'javascript:alert(1)',
        'data:text/html,<script>',
        '//evil.example',
        'vbscript:x',
        ' https://x',
        'http:/x',
        '\tjavascript:x',
        'file:///etc/passwd',
      ]) {
        expectCode(
          await server.request('PUT', '/api/auth/profile', {
            token: mallory.token,
            body: { profilePicture },
          }),
          'invalid_request',
        );
      }
    },
  },
]);
