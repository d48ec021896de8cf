import assert from 'node:assert/strict';
import { LOBBY_CHAT_ID } from '@parley/protocol';
import { type Attack, type HostileCase, inGroup } from '../hostile.case.js';
import { askingTransports, createAsker, type Request } from '../support/asker.js';
import { speakJson } from '../support/json.speaker.js';

const everySend = ['REST', 'Socket.IO', 'raw WebSocket'] as const;

const body = (content: string, more = '') => `{"chatId":"${LOBBY_CHAT_ID}","content":${content}${more}}`;
const DEEP = 50_000;
const JUST_TOO_MANY_BYTES = 140_000;

/** JSON texts of a message, and what they come to. */
const refused: [name: string, texts: string[], ...codes: string[]][] = [
  [
    'JSON 50,000 deep is refused, wherever it stands',
    [
      body(`${'['.repeat(DEEP)}${']'.repeat(DEEP)}`),
      body('"x"', `,"clientId":${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`),
      `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
    ],
    'invalid_request',
  ],
  [
    'JSON that is none is refused',
    [
      '{"content":',
      '{"content":NaN}',
      '{"content":Infinity}',
      "{'content':'x'}",
      '{"content":"x",}',
      '{"content":"\\x41"}',
      '{"content":"\\ud8"}',
      '{"a":1}{"b":2}',
      '{"content":"tab\tand\nline"}',
    ],
    'malformed_json',
    'malformed_frame',
    'closed 1006',
    'closed 1005',
    'closed 1000',
  ],
  [
    'lone surrogates are refused',
    [body('"\\ud800"'), body('"a\\udc00b"'), body('"\\udc00\\ud800"')],
    'invalid_request',
  ],
  [
    'NUL is refused',
    [body('"\\u0000"'), body('"a\\u0000b"'), body('"x"', ',"clientId":"a\\u0000b"')],
    'invalid_request',
  ],
  [
    '100,000 combining marks, and half as many, are refused',
    // The one is a body too large, the other a message too long.
    [body(`"a${'\u0301'.repeat(100_000)}"`), body(`"a${'\u0301'.repeat(50_000)}"`)],
    'invalid_request',
    'payload_too_large',
    'closed 1009',
    'closed 1006',
  ],
  [
    'a message beyond the limit by one character is refused',
    [
      body(`"${'x'.repeat(10_001)}"`),
      body(`"${'\u{1f600}'.repeat(10_001)}"`),
      body('"x"', `,"clientId":"${'x'.repeat(129)}"`),
    ],
    'invalid_request',
  ],
  [
    'a message of nothing but blanks is refused',
    [
      '""',
      '" "',
      '"\\n\\t\\u3000\\ufeff"',
      'null',
      '0',
      '[]',
      '{}',
      'true',
      '["x"]',
      '{"$gt":""}',
      '1e999',
    ].map((text) => body(text)),
    'invalid_request',
  ],
  [
    'a body beyond the limit is refused',
    [body(`"${'x'.repeat(JUST_TOO_MANY_BYTES)}"`)],
    'payload_too_large',
    'closed 1009',
    'closed 1006',
  ],
];

/** Text that is nobody's business: stored and given back unchanged, once. */
const kept: [name: string, text: string, content: string][] = [
  [
    'of duplicate keys the last one counts, and the message is stored once',
    body('"first"', ',"content":"last"'),
    'last',
  ],
  [
    'bidirectional controls come back as they were',
    body('"\\u202egnp.exe\\u2066x\\u2069"'),
    '\u202egnp.exe\u2066x\u2069',
  ],
  [
    '9,999 combining marks come back as they were',
    body(`"a${'\u0301'.repeat(9_999)}"`),
    `a${'\u0301'.repeat(9_999)}`,
  ],
  [
    'a text that looks like a query or a template comes back as it was',
    body('"{{7*7}} #{x} $where <%= x %> {\\"$ne\\":1}"'),
    '{{7*7}} #{x} $where <%= x %> {"$ne":1}',
  ],
  [
    '__proto__ and constructor beside the message change nothing',
    body('"proto"', ',"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}'),
    'proto',
  ],
];

/** Numbers that are none, in every place that takes one. */
const numbers: unknown[] = [-1, 1.5, 2 ** 53, 1e300, '1', '', null, [], {}, true, 'NaN', '0x10'];

const numeric = inGroup('frames and parsers', [
  {
    name: 'numbers beyond 2^53, negative, fractional or none are refused',
    on: askingTransports,
    async run(attack) {
      const { secret, ann } = attack;
      const asker = await createAsker(attack, ann);
      for (const value of numbers.filter((one) => one !== null)) {
        const marks = { chatId: secret.chatId, upTo: value };
        const revs = { chats: { [secret.chatId]: value } };
        const requests: Request[] = [
          { rest: ['POST', '/api/messages/mark-read', marks], event: ['read_receipt', marks] },
          { rest: ['POST', '/api/sync', revs], event: ['sync', revs] },
          { rest: ['POST', '/api/sync', { limit: value }], event: ['sync', { limit: value }] },
        ];
        for (const request of requests) {
          assert.equal((await asker(request))?.code, 'invalid_request', JSON.stringify([value, request]));
        }
      }
    },
  },
  {
    name: 'limits and cursors that are forged are refused',
    on: ['REST', 'cookie'],
    async run(attack) {
      const { secret, ann, bob } = attack;
      const asker = await createAsker(attack, ann);
      const values = [
        '-1',
        '1.5',
        'NaN',
        'Infinity',
        '1e999',
        '9007199254740993',
        '%00',
        '1;drop',
        '[1]',
        '0x',
      ];
      const places = [
        '/api/users?limit=',
        '/api/users?skip=',
        '/users?limit=',
        '/api/messages/chats?limit=',
        '/conversations?limit=',
        `/api/messages/conversation/${bob.id}?limit=`,
        `/api/messages/conversation/${bob.id}?skip=`,
        `/messages/${secret.chatId}?limit=`,
        `/api/messages/${secret.chatId}?skip=`,
        '/api/messages/search?q=x&limit=',
        '/api/users/search?q=x&limit=',
      ];
      for (const place of places) {
        for (const value of values) {
          assert.equal(
            (await asker({ rest: ['GET', place + value] }))?.code,
            'invalid_request',
            place + value,
          );
        }
      }
      const cursors = [
        'x',
        '_',
        '%00',
        'eyIkbmUiOjF9',
        Buffer.from('after:').toString('base64url'),
        Buffer.from('after:a$b').toString('base64url'),
        Buffer.from(JSON.stringify({ lastActivity: { $gt: 0 }, id: { $ne: 1 } })).toString('base64url'),
        'a'.repeat(201),
        `9999999999999999.${'f'.repeat(24)}`,
        `NaN.${'f'.repeat(24)}`,
        `-1.${'f'.repeat(24)}`,
      ];
      for (const path of ['/api/users', '/api/messages/chats', '/conversations']) {
        for (const cursor of cursors) {
          const outcome = await asker({ rest: ['GET', `${path}?cursor=${cursor}`] });
          assert.equal(outcome?.code, 'invalid_request', `${path} ${cursor}`);
        }
      }
    },
  },
]);

export const jsonCases: HostileCase[] = [
  ...inGroup(
    'frames and parsers',
    refused.map(([name, texts, ...codes]) => ({
      name,
      on: everySend,
      async run(attack: Attack) {
        for (const text of texts) {
          // A bare list is what somebody says in the lobby.
          if (attack.transport === 'raw WebSocket' && !text.startsWith('{')) continue;
          if (attack.transport === 'raw WebSocket' && text.startsWith("{'")) continue;
          const { ok, code = 'ok' } = await speakJson(attack, attack.mallory, text);
          assert.ok(!ok && codes.includes(code), `${text.slice(0, 60)} came to ${code}`);
        }
      },
    })),
  ),
  ...inGroup(
    'frames and parsers',
    kept.map(([name, text, content]) => ({
      name,
      on: everySend,
      writes: true,
      async run(attack: Attack) {
        const said = await speakJson(attack, attack.mallory, text);
        assert.deepEqual(said, { ok: true, content });
        const { body: page } = await attack.server.request('GET', `/messages/${LOBBY_CHAT_ID}?limit=2`, {
          token: attack.mallory.token,
        });
        assert.equal(page.at(-1).text, content);
        assert.equal(({} as { polluted?: number }).polluted, undefined);
      },
    })),
  ),
  ...numeric,
];
