/** What is needed of MongoDB's wire protocol, by the engine's listener and by the line to it. */

export const HEADER_BYTES = 16;
export const OP_REPLY = 1;
export const OP_MSG = 2013;
/** Largest message a MongoDB server takes: `maxMessageSizeBytes` of its hello reply. */
const MAX_MESSAGE_BYTES = 48_000_000;
/** Of an OP_MSG: four bytes of flags and the kind of its first section, 0: one document. */
export const BODY_AT = HEADER_BYTES + 5;

/**
 * Cuts what a connection brings into whole messages. The function that it returns takes the next chunk, and gives false
 * when that cannot be a message and the connection has to end.
 */
export function cutMessages(onMessage: (message: Buffer) => void): (chunk: Buffer) => boolean {
  let chunks: Buffer[] = [];
  let size = 0;
  return (chunk) => {
    chunks.push(chunk);
    size += chunk.length;
    // Chunks are joined once per message and not once per chunk, which would be quadratic for a large insert.
    while (size >= HEADER_BYTES) {
      const first = chunks[0] as Buffer;
      if (first.length < HEADER_BYTES) chunks = [Buffer.concat(chunks)];
      const length = (chunks[0] as Buffer).readInt32LE(0);
      if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES) return false;
      if (size < length) return true;
      const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      chunks = whole.length === length ? [] : [whole.subarray(length)];
      size -= length;
      onMessage(whole.subarray(0, length));
    }
    return true;
  };
}

/**
 * An OP_MSG of one command, a BSON document. `documents` go along as a document sequence (section kind 1), which is
 * read as if the command held them as an array of the name `sequence`.
 */
export function encodeMessage(
  requestId: number,
  command: Uint8Array,
  sequence?: string,
  documents: readonly Uint8Array[] = [],
): Buffer {
  const parts: Uint8Array[] = [Buffer.alloc(BODY_AT), command];
  if (sequence !== undefined) {
    const name = Buffer.from(`${sequence}\0`);
    const section = Buffer.alloc(5);
    section[0] = 1;
    section.writeInt32LE(
      documents.reduce((sum, { length }) => sum + length, 4 + name.length),
      1,
    );
    parts.push(section, name, ...documents);
  }
  const message = Buffer.concat(parts);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(requestId, 4);
  message.writeInt32LE(OP_MSG, 12);
  return message;
}
