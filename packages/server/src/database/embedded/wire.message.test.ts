import { deserialize, serialize } from 'bson';
import { expect, it } from 'vitest';
import { BODY_AT, cutMessages, encodeMessage } from './wire.message.js';

it('cuts messages out of chunks of any size, in order', () => {
  const sent = [{ ping: 1 }, { insert: 'a' }, { find: 'b' }].map((command, n) =>
    encodeMessage(n + 1, serialize(command)),
  );
  const stream = Buffer.concat(sent);
  for (const size of [1, 7, 16, 40, stream.length]) {
    const cut: Buffer[] = [];
    // A copy: what is cut is a view of what came.
    const take = cutMessages((message) => cut.push(Buffer.from(message)));
    for (let at = 0; at < stream.length; at += size) {
      expect(take(stream.subarray(at, at + size))).toBe(true);
    }
    expect(cut).toEqual(sent);
  }
});

it('gives up what cannot be a message', () => {
  for (const length of [-1, 0, 15, 48_000_001]) {
    const header = Buffer.alloc(16);
    header.writeInt32LE(length, 0);
    const cut: Buffer[] = [];
    expect([length, cutMessages((message) => cut.push(message))(header), cut]).toEqual([length, false, []]);
  }
});

it('writes a command with a sequence of documents as OP_MSG has it', () => {
  const documents = [{ n: 1 }, { text: 'zwei' }].map((document) => serialize(document));
  const command = serialize({ insert: 'messages', $db: 'parley' });
  const message = encodeMessage(7, command, 'documents', documents);
  expect([0, 4, 8, 12, 16].map((at) => message.readInt32LE(at))).toEqual([message.length, 7, 0, 2013, 0]);
  expect(message[20]).toBe(0);
  expect(deserialize(message.subarray(BODY_AT, BODY_AT + command.length))).toEqual({
    insert: 'messages',
    $db: 'parley',
  });
  const section = message.subarray(BODY_AT + command.length);
  expect(section[0]).toBe(1);
  expect(section.readInt32LE(1)).toBe(section.length - 1);
  expect(section.toString('latin1', 5, 15)).toBe('documents\0');
  expect(section.subarray(15)).toEqual(Buffer.concat(documents));
});
