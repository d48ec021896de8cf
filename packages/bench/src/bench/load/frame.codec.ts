/** WebSocket frames (RFC 6455 section 5.2) as a load generator needs them: cheap above all else. */

const FINAL_TEXT = 0x81;
const FINAL_PONG = 0x8a;
const MASKED = 0x80;
const MASK_BYTES = 4;

/**
 * A text frame from a client, for ASCII alone. Its mask is zero, which changes nothing: a mask keeps scripts in a
 * browser from choosing what goes over the wire, and here there is none. It saves the generator a pass over each byte.
 */
export function encodeTextFrame(text: string): Buffer {
  const { length } = text;
  const header = length < 126 ? 2 : 4;
  const frame = Buffer.allocUnsafe(header + MASK_BYTES + length);
  frame[0] = FINAL_TEXT;
  if (header === 2) frame[1] = MASKED | length;
  else {
    if (length > 0xffff) throw new RangeError('the generator sends no frames of more than 65,535 bytes');
    frame[1] = MASKED | 126;
    frame.writeUInt16BE(length, 2);
  }
  frame.writeUInt32BE(0, header);
  frame.write(text, header + MASK_BYTES, 'latin1');
  return frame;
}

const PONG = Buffer.from([FINAL_PONG, MASKED, 0, 0, 0, 0]);

export interface FrameReader {
  /** Takes what came from the network; calls back for every text frame that is complete. */
  read(chunk: Buffer): void;
}

/** What a reader tells; `answer` is to be written back as it is. */
export interface FrameEvents {
  onText(text: string): void;
  onClose(code: number): void;
  answer(frame: Buffer): void;
}

/** Cuts a stream from a server into frames. Text is read as Latin-1: what the generator looks for is ASCII. */
export function createFrameReader({ onText, onClose, answer }: FrameEvents): FrameReader {
  let rest: Buffer | undefined;
  return {
    read(chunk) {
      const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      rest = undefined;
      for (;;) {
        const frame = locate(bytes, at);
        if (frame === undefined) {
          if (at < bytes.length) rest = bytes.subarray(at);
          return;
        }
        const opcode = (bytes[at] as number) & 0x0f;
        if (opcode === 1) onText(bytes.toString('latin1', frame.start, frame.end));
        else if (opcode === 8) onClose(frame.end - frame.start >= 2 ? bytes.readUInt16BE(frame.start) : 1005);
        else if (opcode === 9) answer(PONG);
        at = frame.end;
      }
    },
  };
}

/** Where the payload of the frame at a place lies; undefined while it is not complete. A server does not mask. */
function locate(bytes: Buffer, at: number): { start: number; end: number } | undefined {
  if (at + 2 > bytes.length) return undefined;
  const short = (bytes[at + 1] as number) & 0x7f;
  let start = at + 2;
  let length = short;
  if (short === 126) {
    if (at + 4 > bytes.length) return undefined;
    length = bytes.readUInt16BE(at + 2);
    start = at + 4;
  } else if (short === 127) {
    if (at + 10 > bytes.length) return undefined;
    length = Number(bytes.readBigUInt64BE(at + 2));
    start = at + 10;
  }
  const end = start + length;
  return end > bytes.length ? undefined : { start, end };
}
