import type { Socket } from 'socket.io';
import type { Packet } from '../dialects/socket.dialect.js';

/**
 * An event as it goes over the wire, encoded once for every connection that it goes to: the text of Socket.IO's EVENT
 * packet on the main namespace, and the WebSocket frame around it.
 * https://socket.io/docs/v4/socket-io-protocol/, RFC 6455 section 5.2.
 */
export interface EncodedPacket {
  text: string;
  frame: Buffer;
}

/** engine.io's packet type "message", and Socket.IO's packet types "event" and "ack". */
const MESSAGE = '4';
const EVENT = '2';
const ACK = '3';
/** FIN, and the opcode of text. */
const TEXT_FRAME = 0x81;
/** Lengths from which on the header has two, or eight, more bytes. */
const LENGTH_16_BITS = 126;
const LENGTH_64_BITS = 65_536;

/**
 * Encodes an event whose payload is plain JSON, as all of ours are: the library's own encoder first searches each
 * payload for binary data. One buffer for header and text, so that one small frame is one write.
 */
export function encodePacket([event, payload]: Packet): EncodedPacket {
  return encodeText(EVENT, JSON.stringify([event, payload]));
}

/** Writes an event to one connection; `isVolatile` drops it where something else is still on its way. */
export function writePacket(socket: Socket, { text, frame }: EncodedPacket, isVolatile = false): void {
  // The way of Socket.IO's own adapters. A client on long polling is sent the text.
  const options = { preEncoded: true, volatile: isVolatile, compress: false, wsPreEncodedFrame: [frame] };
  socket.client._packet([text] as never, options as never);
}

/** Lets the acks of a connection go out the same way. Each is answered once, whatever its command does. */
export function encodeAcks(socket: Socket): void {
  const answering = socket as unknown as { ack: (id: number) => (answer: object) => void };
  answering.ack = (id) => {
    let isAnswered = false;
    return (answer) => {
      if (isAnswered) return;
      isAnswered = true;
      writePacket(socket, encodeText(ACK + id, JSON.stringify([answer])));
    };
  };
}

function encodeText(type: string, json: string): EncodedPacket {
  return { text: type + json, frame: frameText(MESSAGE + type, json) };
}

/** `type` is ASCII. The two are not joined first: that would copy the text once more. */
function frameText(type: string, json: string): Buffer {
  const length = type.length + Buffer.byteLength(json);
  const header = length < LENGTH_16_BITS ? 2 : length < LENGTH_64_BITS ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = TEXT_FRAME;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(type, header, 'latin1');
  frame.write(json, header + type.length);
  return frame;
}
