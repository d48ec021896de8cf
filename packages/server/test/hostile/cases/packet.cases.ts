import assert from 'node:assert/strict';
import { limits } from '@parley/protocol';
import { WebSocket } from 'ws';
import { type Attack, type HostileCase, inGroup } from '../hostile.case.js';

const ENGINE_PATH = '/socket.io/?EIO=4';

/** Packets of Socket.IO and engine.io that no client sends. */
const packets: Record<string, (string | Buffer)[]> = {
  'packets that cannot be parsed': [
    '',
    '4',
    '9',
    '4x',
    '42',
    '42{}',
    '42[',
    '42[]',
    '42[null]',
    '42[{}]',
    '42[[]]',
    '42[1]',
    '42[true,{}]',
    '42"x"',
    '49',
    '40{',
    '40[]',
    '40null',
    '41{}',
    '43',
    '43[',
    '43x[]',
    '44{}',
    '44',
    '2probe',
    '3',
    '5',
    '6',
    '1x',
    '42/',
    '42/,',
    '4/',
    '\u0000',
    `42${'['.repeat(50_000)}`,
    `42${'{"a":'.repeat(20_000)}`,
  ],
  'reserved and inherited names': [
    'connect',
    'connect_error',
    'disconnect',
    'disconnecting',
    'newListener',
    'removeListener',
    'error',
    'connection',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'x'.repeat(10_000),
    '\u0000',
    '*',
    '$where',
  ].flatMap((name) => [`42${JSON.stringify([name, {}])}`, `421${JSON.stringify([name])}`]),
  'placeholders and attachments that never come': [
    '451-["send_message",{"_placeholder":true,"num":0}]',
    '451-["x",{"_placeholder":true,"num":9}]',
    '451-["x",{"_placeholder":true,"num":-1}]',
    '451-["x",{"_placeholder":true,"num":"constructor"}]',
    '451-["x",{"_placeholder":true,"num":1e99}]',
    '45999999999-["x"]',
    '45-1-["x"]',
    '450-["x"]',
    '45-["x"]',
    '45x-["x"]',
    '451.5-["x"]',
    '461-[]',
    '46999999999999999999-0[]',
    '42["send_message",{"_placeholder":true,"num":0}]',
    Buffer.from('nobody announced this'),
    Buffer.alloc(0),
    Buffer.from([0xff, 0, 0xff]),
  ],
  'ack ids out of range': [
    '42-1["sync",{}]',
    '4299999999999999999999["sync",{}]',
    `42${'9'.repeat(5_000)}["sync",{}]`,
    '421e5["sync",{}]',
    '42 1["sync",{}]',
    '430["x"]',
    '43999[{}]',
    '43-1[{}]',
    '4399999999999999999999[]',
    '430',
    '431{}',
  ],
};

async function opened(server: Attack['server'], token: string): Promise<WebSocket> {
  const webSocket = new WebSocket(`${server.webSocketUrl}${ENGINE_PATH}&transport=websocket`);
  webSocket.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    webSocket.once('close', () => reject(new Error('closed before it was authenticated')));
    webSocket.on('message', (data) => {
      const packet = String(data);
      if (packet.startsWith('0')) webSocket.send(`40${JSON.stringify({ token })}`);
      if (packet.startsWith('42["authenticated"')) resolve();
    });
  });
  return webSocket;
}

/** Either the connection is closed, or it goes on: what comes behind the packet is answered. */
async function isClosedOrAlive(webSocket: WebSocket): Promise<'closed' | 'alive'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('neither closed nor alive')), 10_000);
    const settle = (result: 'closed' | 'alive') => {
      clearTimeout(timer);
      resolve(result);
    };
    if (webSocket.readyState !== WebSocket.OPEN) settle('closed');
    webSocket.once('close', () => settle('closed'));
    webSocket.on('message', (data) => {
      if (String(data).startsWith('43777')) settle('alive');
    });
    webSocket.send('42777["nothing"]', () => undefined);
  });
}

/** Polling: a session, its posts and its gets. */
async function openPolling(server: Attack['server']): Promise<string> {
  const { text } = await server.request('GET', `${ENGINE_PATH}&transport=polling`);
  return JSON.parse(text.slice(1)).sid;
}

export const packetCases: HostileCase[] = [
  ...inGroup(
    'frames and parsers',
    Object.entries(packets).map(([what, list]) => ({
      name: `${what} end their own connection at most`,
      on: ['Socket.IO', 'polling'] as const,
      async run(attack: Attack) {
        const { server, transport, mallory } = attack;
        const results = { closed: 0, alive: 0 };
        for (const packet of list) {
          if (transport === 'Socket.IO') {
            const webSocket = await opened(server, mallory.token);
            webSocket.send(packet);
            results[await isClosedOrAlive(webSocket)] += 1;
            webSocket.terminate();
            continue;
          }
          const path = `${ENGINE_PATH}&transport=polling&sid=${await openPolling(server)}`;
          const post = (body: string) =>
            server.request('POST', path, { body, headers: { 'Content-Type': 'text/plain' } });
          await post(`40${JSON.stringify({ token: mallory.token })}`);
          const { status } = await post(
            typeof packet === 'string' ? packet : `b${packet.toString('base64')}`,
          );
          assert.ok([200, 400, 413].includes(status), `answered ${status}`);
          results[status === 200 ? 'alive' : 'closed'] += 1;
          await post('1');
        }
        attack.note(`${results.closed} closed, ${results.alive} went on`);
      },
    })),
  ),
  ...inGroup('frames and parsers', [
    {
      name: 'polling bodies that are too large, too many or no text are refused',
      on: ['polling'],
      async run({ server }) {
        const bodies: [body: string | Buffer, type: string][] = [
          ['x'.repeat(limits.frameMaxBytes + 1), 'text/plain'],
          ['4\u001e'.repeat(60_000), 'text/plain'],
          ['\u001e'.repeat(100_000), 'text/plain'],
          [Buffer.alloc(1_000, 0xff), 'text/plain'],
          [Buffer.from('x'), 'application/octet-stream'],
          ['{}', 'application/json'],
        ];
        for (const [body, type] of bodies) {
          const path = `${ENGINE_PATH}&transport=polling&sid=${await openPolling(server)}`;
          const { status } = await server.request('POST', path, { body, headers: { 'Content-Type': type } });
          assert.ok([200, 400, 413].includes(status), `answered ${status}`);
          const again = await server.request('POST', path, {
            body: '1',
            headers: { 'Content-Type': 'text/plain' },
          });
          assert.ok([200, 400].includes(again.status));
        }
      },
    },
    {
      name: 'engine.io requests of no known form are refused',
      on: ['polling'],
      async run({ server }) {
        for (const query of [
          '',
          'EIO=3&transport=polling',
          'EIO=5&transport=polling',
          'EIO=4',
          'EIO=4&transport=x',
          'EIO=4&transport=__proto__',
          'EIO=4&transport=constructor',
          'EIO=4&transport=polling&sid=x',
          'EIO=4&transport=polling&sid=__proto__',
          'EIO=4&transport=polling&sid[]=x',
          'EIO[]=4&transport[]=polling',
          'EIO=4&transport=websocket',
          'EIO=%00&transport=%ff',
          `EIO=4&transport=polling&sid=${'x'.repeat(10_000)}`,
          'EIO=4&transport=polling&j=0;alert(1)',
        ]) {
          for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
            const { status, text } = await server.request(method, `/socket.io/?${query}`);
            assert.ok(
              status < 500 && !/alert\(1\)[^"]*<|<script/.test(text),
              `${method} ${query}: ${status}`,
            );
          }
        }
      },
    },
  ]),
];
