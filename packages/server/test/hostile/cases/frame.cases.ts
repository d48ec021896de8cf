import assert from 'node:assert/strict';
import { limits } from '@parley/protocol';
import { type Attack, type HostileCase, inGroup } from '../hostile.case.js';
import { encodeFrame, type FrameParts, type WireSocket } from '../support/wire.client.js';
import { enterByWire, harmlessText } from '../support/wire.entry.js';

const onFrames = ['Socket.IO', 'raw WebSocket'] as const;

/** RFC 6455 section 7.4.1. */
const PROTOCOL_ERROR = 1_002;
const NOT_UTF8 = 1_007;
const TOO_LARGE = 1_009;

/** Frames, each on a connection of its own, and the code that it is closed with. */
const broken: [name: string, closeCode: number, frames: FrameParts[][]][] = [
  [
    'a frame beyond the limit, claimed or sent, closes with 1009',
    TOO_LARGE,
    [
      [{ claimedLength: limits.frameMaxBytes + 1 }],
      [{ claimedLength: 2 ** 31 }],
      [{ claimedLength: 2 ** 40 }],
      [{ payload: Buffer.alloc(limits.frameMaxBytes + 1, 'x') }],
      [
        { payload: Buffer.alloc(100_000, 'x'), isFinal: false },
        { payload: Buffer.alloc(100_000, 'x'), opcode: 0 },
      ],
    ],
  ],
  [
    'a length beyond 2^53 closes with 1009',
    TOO_LARGE,
    [[{ claimedLength: 2n ** 63n - 1n }], [{ claimedLength: 2n ** 64n - 1n }]],
  ],
  [
    'text that is not UTF-8 closes with 1007',
    NOT_UTF8,
    [
      [{ payload: Buffer.from([0x22, 0xff, 0xfe, 0x22]) }],
      [{ payload: Buffer.from([0xed, 0xa0, 0x80]) }],
      [{ payload: Buffer.from([0xc0, 0xaf]) }],
      [{ payload: Buffer.from([0xf4, 0x90, 0x80, 0x80]) }],
      [
        { payload: Buffer.from([0xe2, 0x82]), isFinal: false },
        { payload: Buffer.from([0x41]), opcode: 0 },
      ],
      [{ opcode: 8, payload: Buffer.from([0x03, 0xe8, 0xff]) }],
    ],
  ],
  ['an unmasked frame closes with 1002', PROTOCOL_ERROR, [[{ payload: 'x', isMasked: false }]]],
  [
    'reserved bits, compression that was not agreed on among them, close with 1002',
    PROTOCOL_ERROR,
    [1, 2, 3, 4, 5, 6, 7].map((reserved) => [{ payload: 'x', reserved }]),
  ],
  [
    'reserved opcodes close with 1002',
    PROTOCOL_ERROR,
    [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => [{ payload: 'x', opcode }]),
  ],
  [
    'control frames in pieces, or too long, close with 1002',
    PROTOCOL_ERROR,
    [
      [{ opcode: 9, isFinal: false }],
      [{ opcode: 8, isFinal: false }],
      [{ opcode: 9, payload: Buffer.alloc(126) }],
      [{ opcode: 8, payload: Buffer.from([1]) }],
      ...[0, 999, 1_004, 1_005, 1_006, 1_015, 2_999, 5_000, 65_535].map((code) => {
        const payload = Buffer.alloc(2);
        payload.writeUInt16BE(code);
        return [{ opcode: 8, payload }];
      }),
    ],
  ],
  [
    'pieces out of order close with 1002',
    PROTOCOL_ERROR,
    [
      [{ opcode: 0, payload: 'x' }],
      [{ payload: 'x', isFinal: false }, { payload: 'y' }],
      [
        { payload: 'x', isFinal: false },
        { payload: 'y', opcode: 2 },
      ],
    ],
  ],
];

/** Over Socket.IO, engine.io may close the connection before the close frame is written. */
function isClosedWith({ transport }: Attack, code: number, expected: number): boolean {
  return code === expected || (transport === 'Socket.IO' && code === 1_006);
}

const brokenCases: HostileCase[] = inGroup(
  'frames and parsers',
  broken.map(([name, expected, connections]) => ({
    name,
    on: onFrames,
    async run(attack: Attack) {
      for (const frames of connections) {
        const wire = await enterByWire(attack, attack.mallory);
        for (const frame of frames) await wire.write(encodeFrame(frame));
        const code = await wire.closeCode();
        assert.ok(
          isClosedWith(attack, code, expected),
          `${JSON.stringify(frames, bigintAsText).slice(0, 100)} closed with ${code}`,
        );
        wire.socket.destroy();
      }
    },
  })),
);

const bigintAsText = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

const PIECES = 100_000;

/** Waits for an answer to the ping, or for the end: either way the connection is done with what came before. */
async function isDoneWith(attack: Attack, wire: WireSocket, before: number): Promise<void> {
  await wire.write(encodeFrame({ opcode: 9, payload: 'done?' }));
  try {
    await wire.until((all) => all.subarray(before).includes('done?'), 'pong');
    attack.note('it was put up with');
  } catch (error) {
    if (!(error as Error).message.startsWith('ended')) throw error;
    attack.note(`it was closed with ${await wire.closeCode()}`);
  }
}

const floods = inGroup('frames and parsers', [
  ...(['x', ''] as const).map((piece) => ({
    name: `a frame in 100,000 ${piece === '' ? 'empty ' : ''}pieces is put together or refused`,
    on: onFrames,
    async run(attack: Attack) {
      const wire = await enterByWire(attack, attack.mallory);
      const before = wire.received().length;
      const [start, end] = harmlessText(attack, '|').split('|') as [string, string];
      const middle = encodeFrame({ opcode: 0, payload: piece, isFinal: false });
      await wire.write(encodeFrame({ payload: start, isFinal: false }));
      for (let sent = 0; sent < PIECES; sent += 10_000) {
        await wire.write(Buffer.concat(Array.from({ length: 10_000 }, () => middle)));
      }
      await wire.write(encodeFrame({ opcode: 0, payload: end }));
      await isDoneWith(attack, wire, before);
      wire.socket.destroy();
    },
  })),
  {
    name: '20,000 pings and pongs that nobody asked for cost nobody else anything',
    on: onFrames,
    async run(attack) {
      const wire = await enterByWire(attack, attack.mallory);
      const before = wire.received().length;
      const pair = Buffer.concat([
        encodeFrame({ opcode: 9, payload: Buffer.alloc(125, 'p') }),
        encodeFrame({ opcode: 10, payload: Buffer.alloc(125, 'q') }),
      ]);
      for (let sent = 0; sent < 20_000; sent += 2_000) {
        await wire.write(Buffer.concat(Array.from({ length: 2_000 }, () => pair)));
      }
      await isDoneWith(attack, wire, before);
      wire.socket.destroy();
    },
  },
  {
    name: 'pings whose answers are never read are bounded',
    on: onFrames,
    async run(attack) {
      const wire = await enterByWire(attack, attack.mallory);
      wire.socket.pause();
      const ping = encodeFrame({ opcode: 9, payload: Buffer.alloc(125, 'p') });
      const many = Buffer.concat(Array.from({ length: 8_000 }, () => ping));
      let isGone = false;
      wire.socket.once('close', () => {
        isGone = true;
      });
      const before = (await attack.server.memory()).heldBytes;
      // 50 MB of answers, an order of magnitude more than may wait for a reader.
      for (let sent = 0; sent < 50 && !isGone; sent += 1) {
        await Promise.race([wire.write(many), new Promise((resolve) => setTimeout(resolve, 200))]);
      }
      const measure = async () => (await attack.server.memory()).heldBytes - before;
      let grown = await measure();
      // What is on its way through at this moment is not what is kept.
      for (let attempt = 0; attempt < 10 && grown > limits.connectionOutboxMaxBytes; attempt += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        grown = await measure();
      }
      attack.note(`${(grown / 1_048_576).toFixed(1)} MB held for the reader who does not read`);
      assert.ok(grown < 4 * limits.connectionOutboxMaxBytes, `${grown} bytes wait`);
      wire.socket.destroy();
    },
  },
  {
    name: 'compression is not agreed on when it is offered',
    on: onFrames,
    async run(attack) {
      const wire = await enterByWire(attack, attack.mallory, {
        'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits, x-webkit-deflate-frame',
      });
      const head = wire.received().toString('latin1').split('\r\n\r\n', 1)[0] as string;
      assert.ok(!/sec-websocket-extensions/i.test(head), head);
      wire.socket.destroy();
    },
  },
  {
    name: 'half a frame, and then nothing, waits alone',
    on: onFrames,
    async run(attack) {
      const wires = await Promise.all(Array.from({ length: 50 }, () => enterByWire(attack, attack.mallory)));
      for (const wire of wires) {
        await wire.write(encodeFrame({ payload: 'x'.repeat(100), claimedLength: limits.frameMaxBytes }));
      }
      for (const wire of wires) wire.socket.destroy();
    },
  },
]);

export const frameCases: HostileCase[] = [...brokenCases, ...floods];
