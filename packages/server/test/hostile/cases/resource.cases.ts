import assert from 'node:assert/strict';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { limits } from '@parley/protocol';
import { enter, openRaw } from '../../live/live.client.js';
import { quickest } from '../../support/quickest.js';
import { type Attack, type HostileCase, inGroup } from '../hostile.case.js';
import { expectCode } from '../support/exchange.js';
import { openWire } from '../support/wire.client.js';

/** Comes to the door from each address; gives how many were let through to where the body is looked at. */
async function knock({ server }: Attack, addresses: string[]): Promise<number> {
  let passed = 0;
  for (const address of addresses) {
    const answer = await server.request('POST', '/login', {
      body: {},
      headers: { 'X-Forwarded-For': address },
    });
    expectCode(answer, 'invalid_request', 'rate_limited');
    if (answer.status === 400) passed += 1;
  }
  return passed;
}

const WINDOW_MS = 5_000;

/** What a rate lets pass at most since then: five seconds' worth in each window of five seconds that was touched. */
function passable(perSecond: number, sinceMs: number): number {
  return 5 * perSecond * (2 + Math.floor((performance.now() - sinceMs) / WINDOW_MS));
}

/** Three bombs of 100 MB, and room for what else a process takes and gives back. */
const UNPACKED_MAX_MB = 100;

/** What `RATE_LIMIT_MAX_REQUESTS` of the strict server lets through. */
const ATTEMPTS = 100;

export const resourceCases: HostileCase[] = inGroup('resources', [
  {
    name: 'addresses that a client makes up in X-Forwarded-For count as its own',
    on: ['REST'],
    server: 'strict',
    async run(attack) {
      // The one trusted proxy adds the real address behind whatever the client said.
      const made = Array.from(
        { length: ATTEMPTS + 20 },
        (_, n) => `198.51.${n}.1, 10.0.0.${n}, 203.0.113.50`,
      );
      assert.ok((await knock(attack, made)) <= ATTEMPTS);
    },
  },
  {
    name: 'addresses within one IPv6 /64 count as one',
    on: ['REST'],
    server: 'strict',
    async run(attack) {
      const made = Array.from({ length: ATTEMPTS + 20 }, (_, n) => `2001:db8:1:2:${n.toString(16)}::${n}`);
      assert.ok((await knock(attack, made)) <= ATTEMPTS);
    },
  },
  {
    name: 'bodies that unpack to far more are refused without being unpacked',
    on: ['REST'],
    async run({ server, mallory, note, isThorough }) {
      // As much as fits into a body: 100 KB that unpack to 100 MB.
      const plain = Buffer.alloc((isThorough ? 100 : 16) * 1_048_576, ' ');
      const twice = gzipSync(gzipSync(plain));
      const before = await server.memory();
      for (const [encoding, body, code] of [
        ['gzip', gzipSync(plain), 'payload_too_large'],
        ['deflate', deflateSync(plain), 'payload_too_large'],
        ['br', brotliCompressSync(plain), 'payload_too_large'],
        ['gzip, gzip', twice, 'unsupported_media_type'],
        ['gzip', gzipSync('{}').subarray(0, 10), 'malformed_json'],
        ['gzip', Buffer.from('this is no gzip'), 'malformed_json'],
        ['zstd', gzipSync('{}'), 'unsupported_media_type'],
        ['x', Buffer.from('{}'), 'unsupported_media_type'],
      ] as const) {
        const headers = { 'Content-Encoding': encoding };
        expectCode(
          await server.request('POST', '/api/messages/send', { token: mallory.token, body, headers }),
          code,
        );
      }
      const grown = ((await server.memory()).residentBytes - before.residentBytes) / 1_048_576;
      note(`${Math.max(0, grown).toFixed(1)} MB more resident`);
      assert.ok(grown < UNPACKED_MAX_MB, `${grown} MB were unpacked`);
    },
  },
  {
    name: 'slow headers and slow bodies wait without costing anybody else anything',
    on: ['REST', 'Socket.IO', 'raw WebSocket'],
    async run({ server, transport, mallory, isThorough }) {
      const count = isThorough ? 500 : 100;
      const start = {
        REST: `POST /api/messages/send HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${mallory.token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
        'Socket.IO': 'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websoc',
        'raw WebSocket': `GET /?token=${mallory.token} HTTP/1.1\r\nHost: x\r\nUpgrade: websoc`,
      }[transport as 'REST'];
      const wires = await Promise.all(Array.from({ length: count }, () => openWire(server.port)));
      for (const wire of wires) await wire.write(start);
      for (let drops = 0; drops < 3; drops += 1) {
        for (const wire of wires) await wire.write('k');
      }
      const ask = async () => {
        const startedAt = performance.now();
        const { status } = await server.request('GET', '/api/auth/profile', { token: mallory.token });
        assert.equal(status, 200);
        return performance.now() - startedAt;
      };
      assert.ok((await quickest(5_000, ask)) < 5_000);
      for (const wire of wires) wire.socket.destroy();
    },
  },
  {
    name: 'slow headers and slow bodies are ended in time, drop by drop as well',
    on: ['REST', 'Socket.IO', 'raw WebSocket'],
    server: 'brief',
    async run({ server, transport }) {
      const starts = {
        REST: [
          'POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
          'GET / HTTP/1.1\r\nX-Slow: ',
        ],
        'Socket.IO': ['GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websoc'],
        // Whoever offers another protocol is answered in HTTP; Node looks after such a body no longer.
        'raw WebSocket': [
          'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websoc',
          'POST /login HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
        ],
      }[transport as 'REST'];
      // Whoever says nothing at all is ended like whoever says too little.
      const silent = await openWire(server.port);
      const drop = async (start: string) => {
        const wire = await openWire(server.port);
        await wire.write(start);
        const drip = setInterval(() => wire.socket.write('a'), 100);
        await wire.ended().finally(() => clearInterval(drip));
        const answer = wire.received().toString('latin1').slice(0, 12);
        assert.ok(['HTTP/1.1 408', ''].includes(answer), `answered ${answer}`);
      };
      await Promise.all([...starts.map(drop), silent.ended()]);
    },
  },
  {
    name: '1,000 messages in one second from one connection are cut down to the rate',
    on: ['Socket.IO', 'raw WebSocket'],
    server: 'strict',
    writes: true,
    async run({ server, transport, note }) {
      const loud = await server.newPerson('loud');
      const startedAt = performance.now();
      let stored = 0;
      if (transport === 'raw WebSocket') {
        const raw = openRaw(server, `/?token=${loud.token}`);
        await raw.waitFor('history');
        for (let n = 0; n < 1_000; n += 1) raw.say({ text: `flood ${n}` });
        const closed = await raw.waitFor('close').catch(() => ({ code: 'open' }));
        stored = raw.all('message').filter(({ sender }) => sender === loud.id).length;
        note(`${stored} stored, then ${closed.code}`);
      } else {
        const socket = await enter(server, loud);
        for (let n = 0; n < 1_000; n += 1)
          socket.socket.emit('send_message', { chatId: '000000000000000000000001', content: `flood ${n}` });
        await socket.waitFor('disconnect');
        stored = socket.all('message_sent').length;
        note(`${stored} stored, then ${socket.all('error').at(-1)?.code}`);
      }
      assert.ok(stored <= passable(limits.messagesPerSecond, startedAt), `${stored} were stored`);
    },
  },
  {
    name: '10,000 typing events in one second reach nobody as that many',
    on: ['Socket.IO'],
    server: 'strict',
    writes: true,
    async run({ server, note }) {
      const [loud, friend] = [await server.newPerson('loud'), await server.newPerson('friend')];
      await server.request('POST', '/api/messages/send', {
        token: loud.token,
        body: { to: friend.id, content: 'hi' },
      });
      const ear = await enter(server, friend);
      const socket = await enter(server, loud);
      const startedAt = performance.now();
      for (let n = 0; n < 10_000; n += 1)
        socket.socket.emit('typing', { to: friend.id, isTyping: n % 2 === 0 });
      await socket.waitFor('disconnect');
      const heard = ear.all('typing_status').length;
      note(`${heard} were told`);
      assert.ok(heard <= passable(limits.typingPerSecond, startedAt), `${heard} were told`);
    },
  },
  {
    name: 'a user’s own limits hold over all connections together',
    on: ['REST', 'Socket.IO'],
    server: 'strict',
    writes: true,
    async run({ server, transport }) {
      const loud = await server.newPerson('loud');
      const lobby = '000000000000000000000001';
      const sockets =
        transport === 'Socket.IO' ? await Promise.all([1, 2, 3, 4].map(() => enter(server, loud))) : [];
      const startedAt = performance.now();
      const sends = Array.from({ length: 15 * limits.messagesPerSecond }, async (_, n) => {
        const body = { chatId: lobby, content: `${n}` };
        const socket = sockets[n % 4];
        if (socket === undefined)
          return (await server.request('POST', '/api/messages/send', { token: loud.token, body })).body.code;
        return (await socket.call('send_message', body)).error?.code;
      });
      const codes = await Promise.all(sends);
      const passed = codes.filter((code) => code === undefined).length;
      assert.ok(passed <= passable(limits.messagesPerSecond, startedAt), `${passed} passed`);
      assert.ok(codes.includes('rate_limited'));
    },
  },
]);
