import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** A connection on which bytes go as they are: what no library would send. */
export interface Wire {
  socket: Socket;
  /** Everything that came so far. */
  received(): Buffer;
  /** Resolves when what came fits; rejects when the deadline passes or the server ends the connection. */
  until(fits: (received: Buffer) => boolean, what: string): Promise<Buffer>;
  /** Resolves once the server has ended the connection. */
  ended(): Promise<void>;
  /** Writes and waits until the kernel has it, or the server is gone. */
  write(bytes: Buffer | string): Promise<void>;
}

const DEADLINE_MS = 20_000;

const wires: Wire[] = [];

/** Ends every wire of a case; gives what came over them. */
export function closeWires(): Buffer[] {
  return wires.splice(0).map((wire) => {
    wire.socket.destroy();
    return wire.received();
  });
}

/** Opens a TCP connection to the server. */
export async function openWire(port: number): Promise<Wire> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const chunks: Buffer[] = [];
  let isEnded = false;
  const listeners = new Set<() => void>();
  const closing = new Set<() => void>();
  socket.once('close', () => {
    for (const resolve of closing) resolve();
  });
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    tell();
  });
  for (const event of ['end', 'close']) {
    socket.on(event, () => {
      isEnded = true;
      tell();
    });
  }
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const received = () => Buffer.concat(chunks);

  function wait<T>(look: () => T | undefined, what: string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        listeners.delete(check);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`no ${what} within ${DEADLINE_MS} ms; there came ${received().subarray(0, 300)}`));
      }, DEADLINE_MS);
      const check = () => {
        const found = look();
        if (found === undefined && !isEnded) return;
        stop();
        if (found !== undefined) resolve(found);
        else reject(new Error(`ended before ${what}; there came ${received().subarray(0, 300)}`));
      };
      listeners.add(check);
      check();
    });
  }

  const wire: Wire = {
    socket,
    received,
    until(fits, what) {
      return wait(() => {
        const all = received();
        return fits(all) ? all : undefined;
      }, what);
    },
    ended: () => wait(() => (isEnded ? true : undefined), 'end of the connection').then(() => undefined),
    write: (bytes) =>
      new Promise((resolve) => {
        socket.write(bytes, () => resolve());
        closing.add(resolve);
        if (socket.destroyed) resolve();
      }),
  };
  wires.push(wire);
  return wire;
}

/** A frame as RFC 6455 section 5.2 has it, with every part open to abuse. */
export interface FrameParts {
  payload?: Buffer | string;
  opcode?: number;
  isFinal?: boolean;
  isMasked?: boolean;
  /** RSV1 to RSV3 as bits 4, 2, 1. */
  reserved?: number;
  /** The length that the header claims; the payload's own by default. */
  claimedLength?: number | bigint;
}

const MASK = Buffer.from([1, 2, 3, 4]);

/** Encodes a frame. */
export function encodeFrame(parts: FrameParts): Buffer {
  const { opcode = 1, isFinal = true, isMasked = true, reserved = 0 } = parts;
  const payload = Buffer.from(parts.payload ?? '');
  const length = parts.claimedLength ?? payload.length;
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  const maskBit = isMasked ? 0x80 : 0;
  let head: Buffer;
  if (length < 126) head = Buffer.from([first, maskBit | Number(length)]);
  else if (length < 65_536) {
    head = Buffer.from([first, maskBit | 126, 0, 0]);
    head.writeUInt16BE(Number(length), 2);
  } else {
    head = Buffer.alloc(10);
    head[0] = first;
    head[1] = maskBit | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  if (!isMasked) return Buffer.concat([head, payload]);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (MASK[index % 4] as number)));
  return Buffer.concat([head, MASK, masked]);
}

/** A WebSocket of our own making. */
export interface WireSocket extends Wire {
  /** Text frames that came. */
  texts(): string[];
  /** The code of the close frame, 1006 when the connection ended without one. */
  closeCode(): Promise<number>;
}

const HEAD_END = '\r\n\r\n';

/** Upgrades a wire by hand. */
export async function openWireSocket(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<WireSocket> {
  const wire = await openWire(port);
  const lines = Object.entries({
    Host: `127.0.0.1:${port}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  await wire.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}${HEAD_END}`);
  const head = await wire.until((all) => all.includes(HEAD_END), 'answer to the upgrade');
  if (!head.toString('latin1').startsWith('HTTP/1.1 101')) {
    throw new Error(`the upgrade was answered ${head.toString('latin1', 0, 60)}`);
  }
  const frames = () => readFrames(wire.received().subarray(wire.received().indexOf(HEAD_END) + 4));
  return {
    ...wire,
    texts: () =>
      frames()
        .filter(({ opcode }) => opcode === 1)
        .map(({ payload }) => payload.toString()),
    async closeCode() {
      await wire.ended();
      const close = frames().find(({ opcode }) => opcode === 8);
      return close === undefined || close.payload.length < 2 ? 1_006 : close.payload.readUInt16BE(0);
    },
  };
}

function readFrames(bytes: Buffer): { opcode: number; payload: Buffer }[] {
  const frames: { opcode: number; payload: Buffer }[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    let length = (bytes[at + 1] as number) & 0x7f;
    let start = at + 2;
    if (length === 126 && at + 4 <= bytes.length) {
      length = bytes.readUInt16BE(at + 2);
      start = at + 4;
    } else if (length === 127 && at + 10 <= bytes.length) {
      length = Number(bytes.readBigUInt64BE(at + 2));
      start = at + 10;
    }
    if (start + length > bytes.length) break;
    frames.push({ opcode: (bytes[at] as number) & 0x0f, payload: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return frames;
}
