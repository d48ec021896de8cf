import type { Writable } from 'node:stream';
import { Decoder } from 'socket.io-parser';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { encodePacket } from './encoded.packet.js';

/** The parser of ws clients; its types do not name it. */
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable };

/** What a client's own parsers make of a frame. */
function receive(frame: Buffer): { engineText: string; event: unknown } {
  let engineText = '';
  const receiver = new Receiver({ isServer: false });
  receiver.on('message', (data: Buffer) => {
    engineText = data.toString();
  });
  receiver.write(frame);
  let event: unknown;
  const decoder = new Decoder();
  decoder.on('decoded', (packet: { data?: unknown }) => {
    event = packet.data;
  });
  decoder.add(engineText.slice(1));
  return { engineText, event };
}

describe('an encoded packet', () => {
  // The header has one form up to 125 bytes, another up to 65,535, and a third beyond.
  it.each([0, 80, 125, 126, 127, 1_000, 65_500, 65_535, 65_536, 100_000])(
    'with %i characters of text is what a client reads',
    (length) => {
      const packet = ['new_message', { content: 'x'.repeat(length), seq: 1 }] as const;
      const { text, frame } = encodePacket(packet);
      const { engineText, event } = receive(frame);
      expect(engineText).toBe(`4${text}`);
      expect(event).toEqual(packet);
    },
  );

  it('counts bytes and not characters', () => {
    const packet = ['new_message', { content: '日本語 🙂 é'.repeat(12) }] as const;
    expect(receive(encodePacket(packet).frame).event).toEqual(packet);
  });

  it.each([125, 126, 65_535, 65_536])('of exactly %i bytes has the header of its length', (length) => {
    const around = encodePacket(['e', '']).text.length + 1;
    const packet = ['e', 'y'.repeat(length - around)] as const;
    const { text, frame } = encodePacket(packet);
    expect(text.length + 1).toBe(length);
    expect(receive(frame).event).toEqual(packet);
  });
});
