import assert from 'node:assert/strict';
import { type HostileCase, inGroup } from '../hostile.case.js';
import { openWire } from '../support/wire.client.js';

/** Requests byte by byte, and the statuses that they may get. */
const requests: [what: string, lines: string, statuses: number[]][] = [
  [
    'length and chunks together',
    'POST /login HTTP/1.1|Host: x|Content-Length: 5|Transfer-Encoding: chunked||0||',
    [400],
  ],
  ['two lengths', 'POST /login HTTP/1.1|Host: x|Content-Length: 5|Content-Length: 6||hello!', [400]],
  ['a negative length', 'POST /login HTTP/1.1|Host: x|Content-Length: -1||', [400]],
  ['a length in hexadecimal', 'POST /login HTTP/1.1|Host: x|Content-Length: 0x5||hello', [400]],
  ['a length beyond 2^64', 'POST /login HTTP/1.1|Host: x|Content-Length: 99999999999999999999||', [400]],
  ['an odd transfer encoding', 'POST /login HTTP/1.1|Host: x|Transfer-Encoding: xchunked||0||', [400]],
  ['chunks twice', 'POST /login HTTP/1.1|Host: x|Transfer-Encoding: chunked, identity||0||', [400, 415, 501]],
  [
    'a chunk size that is no number',
    'POST /login HTTP/1.1|Host: x|Content-Type: application/json|Transfer-Encoding: chunked||zz||',
    [400],
  ],
  [
    'a chunk size beyond 2^64',
    'POST /login HTTP/1.1|Host: x|Content-Type: application/json|Transfer-Encoding: chunked||fffffffffffffffff||',
    [400],
  ],
  ['a space before the colon', 'GET /api/health HTTP/1.1|Host: x|Content-Length : 5||hello', [400]],
  ['a folded header', 'GET /api/health HTTP/1.1|Host: x|X-A: 1| 2||', [400]],
  ['NUL in a header', 'GET /api/health HTTP/1.1|Host: x|X-A: a\u0000b||', [400]],
  ['an escape code in a header', 'GET /api/health HTTP/1.1|Host: x|User-Agent: a\u001b[31mb||', [400]],
  ['no host', 'GET /api/health HTTP/1.1||', [400]],
  ['HTTP/0.9', 'GET /api/health||', [200, 400]],
  ['HTTP/9.9', 'GET /api/health HTTP/9.9|Host: x||', [400, 505]],
  ['a method that is none', 'GE\u0001T / HTTP/1.1|Host: x||', [400]],
  ['TLS on the plain port', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001|', [400]],
  ['HTTP/2 without asking', 'PRI * HTTP/2.0||SM||', [400, 505]],
  ['a proxy’s address', 'GET http://169.254.169.254/latest HTTP/1.1|Host: x||', [404]],
  // Node closes the connection without a word.
  ['a tunnel', 'CONNECT 169.254.169.254:80 HTTP/1.1|Host: x||', [0]],
  [
    'an expectation that nobody meets',
    'POST /login HTTP/1.1|Host: x|Expect: the-unexpected|Content-Length: 0||',
    [417, 400],
  ],
  ['16 KB of address', `GET /${'a'.repeat(17_000)} HTTP/1.1|Host: x||`, [431, 414]],
  ['16 KB in one header', `GET /api/health HTTP/1.1|Host: x|X-A: ${'a'.repeat(17_000)}||`, [431]],
  [
    '2,000 headers',
    `GET /api/health HTTP/1.1|Host: x|${Array.from({ length: 2_000 }, (_, n) => `${n}:|`).join('')}|`,
    [200, 431],
  ],
  ['2,000 cookies', `GET /api/health HTTP/1.1|Host: x|Cookie: ${'a=b; '.repeat(2_000)}||`, [200]],
  [
    'a cookie that cookie-parser would take for JSON',
    'GET /api/auth/profile HTTP/1.1|Host: x|Cookie: token=j%3A%7B%22%24ne%22%3A1%7D||',
    [401],
  ],
];

/** Upgrades byte by byte: none of them may become a connection. */
const upgrades: [what: string, change: Record<string, string | undefined>, statuses: number[]][] = [
  ['a key of the wrong form', { 'Sec-WebSocket-Key': 'short' }, [400]],
  ['no key', { 'Sec-WebSocket-Key': undefined }, [400]],
  ['an old version', { 'Sec-WebSocket-Version': '7' }, [400, 426]],
  ['a version that is none', { 'Sec-WebSocket-Version': 'x' }, [400, 426]],
  ['another protocol', { Upgrade: 'h2c' }, [200, 400, 404]],
  ['2,000 headers', Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`x${n}`, ''])), [101, 431]],
  ['a broken subprotocol', { 'Sec-WebSocket-Protocol': ',,;' }, [400]],
  // Where compression is off, what is offered is not looked at; it is not agreed on either.
  [
    'a broken extension',
    { 'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits=999' },
    [101, 400],
  ],
];

/** 0 when the connection was closed without an answer. */
async function statusOf(port: number, bytes: string, what: string): Promise<number> {
  const wire = await openWire(port);
  try {
    await wire.write(Buffer.from(bytes, 'latin1'));
    const answer = await wire
      .until((all) => /^HTTP\/1\.1 \d{3}/.test(all.toString('latin1')), `answer to ${what}`)
      .catch((error: Error) => {
        if (error.message.startsWith('ended')) return Buffer.from('HTTP/1.1 000');
        throw error;
      });
    return Number(answer.toString('latin1').slice(9, 12));
  } finally {
    wire.socket.destroy();
  }
}

export const httpParserCases: HostileCase[] = inGroup('frames and parsers', [
  {
    name: 'bytes that are no HTTP, or two readings of it, get one plain answer',
    on: ['REST'],
    async run({ server }) {
      for (const [what, lines, statuses] of requests) {
        const status = await statusOf(server.port, lines.replaceAll('|', '\r\n'), what);
        assert.ok(statuses.includes(status), `${what}: ${status}`);
      }
    },
  },
  {
    name: 'a second request hidden behind the first one is not served',
    on: ['REST'],
    async run({ server, mallory }) {
      const wire = await openWire(server.port);
      const hidden = `DELETE /api/auth/sessions/${mallory.sessionId} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${mallory.token}\r\n\r\n`;
      await wire.write(
        `POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      );
      await wire.ended();
      const answers = wire
        .received()
        .toString('latin1')
        .match(/HTTP\/1\.1 \d{3}/g);
      assert.deepEqual(answers, ['HTTP/1.1 400']);
    },
  },
  {
    name: 'an upgrade that is not one is refused with a status',
    on: ['Socket.IO', 'raw WebSocket'],
    async run({ server, transport, mallory }) {
      const path =
        transport === 'raw WebSocket' ? `/?token=${mallory.token}` : '/socket.io/?EIO=4&transport=websocket';
      for (const [what, change, statuses] of upgrades) {
        const headers = Object.entries({
          Host: 'x',
          Connection: 'Upgrade',
          Upgrade: 'websocket',
          'Sec-WebSocket-Version': '13',
          'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
          ...change,
        }).filter(([, value]) => value !== undefined);
        const lines = headers.map(([name, value]) => `${name}: ${value}`).join('\r\n');
        const status = await statusOf(server.port, `GET ${path} HTTP/1.1\r\n${lines}\r\n\r\n`, what);
        assert.ok(statuses.includes(status), `${what}: ${status}`);
      }
    },
  },
]);
