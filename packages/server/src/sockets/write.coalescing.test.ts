import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { coalesceWrites } from './write.coalescing.js';

/** A stream that notes what goes out in one call. */
function openStream() {
  const calls: string[] = [];
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      calls.push(String(chunk));
      done();
    },
    writev(chunks, done) {
      calls.push(chunks.map(({ chunk }) => String(chunk)).join(''));
      done();
    },
  });
  coalesceWrites(stream);
  return { stream, calls };
}

describe('a socket whose writes are coalesced', () => {
  it('sends what was written in one turn in one call, in order', async () => {
    const { stream, calls } = openStream();
    for (const text of ['a', 'b', 'c']) stream.write(text);
    await new Promise<void>((resolve) => stream.write('d', () => resolve()));
    expect(calls).toEqual(['abcd']);
    await new Promise<void>((resolve) => stream.write('e', () => resolve()));
    expect(calls).toEqual(['abcd', 'e']);
  });

  it('counts what is held as buffered', () => {
    const { stream } = openStream();
    stream.write('1234');
    expect(stream.writableLength).toBe(4);
  });

  it('loses nothing when it is ended in the same turn', async () => {
    const { stream, calls } = openStream();
    stream.write('last ');
    await new Promise<void>((resolve) => stream.end('words', () => resolve()));
    expect(calls.join('')).toBe('last words');
  });

  it('leaves a corked writer its own cork', async () => {
    const { stream, calls } = openStream();
    stream.cork();
    stream.write('head');
    stream.write('body');
    stream.uncork();
    await new Promise<void>((resolve) => stream.write('next', () => resolve()));
    expect(calls).toEqual(['headbodynext']);
  });
});
