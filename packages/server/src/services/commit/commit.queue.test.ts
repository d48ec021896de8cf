import { describe, expect, it, vi } from 'vitest';
import type { ChatRef } from '../../models/chat.record.js';
import type { QueuedOperation } from './commit.operation.js';
import { createCommitQueue } from './commit.queue.js';

const chat: ChatRef = { id: 'c', kind: 'direct', participants: ['a', 'b'] };
const message = (content: string) =>
  ({ type: 'create', chat, sender: 'a', content, messageType: 'text' }) as const;

/** A writer whose batches end when the test says so. */
function holdWrites() {
  const batches: {
    operations: QueuedOperation[];
    end: (rest?: QueuedOperation[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  const writer = {
    write: (operations: QueuedOperation[]) =>
      new Promise<QueuedOperation[]>((resolve, reject) => {
        batches.push({ operations, end: (rest = []) => resolve(rest), fail: reject });
      }),
    resolveUnanswered: () => Promise.resolve(),
  };
  const contents = () =>
    batches.map(({ operations }) =>
      operations.map(({ operation }) => (operation.type === 'create' ? operation.content : '')),
    );
  /** So many batches have begun. */
  const begun = (count: number) =>
    vi.waitFor(() => expect(batches.length).toBeGreaterThanOrEqual(count), { interval: 1 });
  return { writer, batches, contents, begun };
}

const toRefusal = (error: unknown) => error as Error;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the commit queue', () => {
  it('writes the first operation at once and everything that came meanwhile together, in order', async () => {
    const { writer, batches, contents, begun } = holdWrites();
    const queue = createCommitQueue({ writer, toRefusal });
    for (const content of ['1', '2', '3']) void queue.commit(message(content));
    expect(contents()).toEqual([['1']]);
    batches[0]?.end();
    await begun(2);
    expect(contents()).toEqual([['1'], ['2', '3']]);
  });

  it('bounds a batch in count and bytes, and lets one that is larger than a batch go alone', async () => {
    const { writer, batches, contents, begun } = holdWrites();
    const queue = createCommitQueue({
      writer,
      toRefusal,
      limits: { commitBatchMax: 2, commitBatchMaxBytes: 500 },
    });
    for (const content of ['1', '2', '3', 'x'.repeat(600), '5']) void queue.commit(message(content));
    for (let n = 0; n < 4; n += 1) {
      await begun(n + 1);
      batches[n]?.end();
    }
    expect(contents().map((batch) => batch.map((content) => content.slice(0, 1)))).toEqual([
      ['1'],
      ['2', '3'],
      ['x'],
      ['5'],
    ]);
  });

  it('refuses with server_busy past its count and its bytes, and takes operations again once it drained', async () => {
    const { writer, batches, begun } = holdWrites();
    const queue = createCommitQueue({
      writer,
      toRefusal,
      limits: { commitQueueMax: 2, commitQueueMaxBytes: 1_000 },
    });
    void queue.commit(message('in flight'));
    await expect(queue.commit(message('y'.repeat(1_000)))).rejects.toMatchObject({
      code: 'server_busy',
      retryAfterSeconds: 1,
    });
    void queue.commit(message('2'));
    void queue.commit(message('3'));
    await expect(queue.commit(message('4'))).rejects.toMatchObject({ code: 'server_busy' });
    batches[0]?.end();
    await begun(2);
    batches[1]?.end();
    void queue.commit(message('5'));
    await begun(3);
    expect(queue.depth()).toBe(0);
    expect(batches).toHaveLength(3);
  });

  it('puts what could not be settled before what came later', async () => {
    const { writer, batches, contents, begun } = holdWrites();
    const queue = createCommitQueue({ writer, toRefusal });
    void queue.commit(message('1'));
    for (const content of ['2', '3', '4']) void queue.commit(message(content));
    batches[0]?.end();
    await begun(2);
    void queue.commit(message('5'));
    batches[1]?.end(batches[1].operations.slice(1));
    await begun(3);
    expect(contents()).toEqual([['1'], ['2', '3', '4'], ['3', '4', '5']]);
  });

  it('refuses everything that waits when the database gives no answer, and goes on afterwards', async () => {
    const { writer, batches } = holdWrites();
    const queue = createCommitQueue({ writer, toRefusal: () => new Error('refused') });
    const first = queue.commit(message('1'));
    const second = queue.commit(message('2'));
    batches[0]?.fail(new Error('connection lost'));
    await expect(first).rejects.toThrow('refused');
    await expect(second).rejects.toThrow('refused');
    void queue.commit(message('3'));
    expect(batches).toHaveLength(2);
  });

  it('lets readers wait for the write under way, and refuses them when that ends without an answer', async () => {
    const { writer, batches } = holdWrites();
    const queue = createCommitQueue({ writer, toRefusal: () => new Error('refused') });
    await queue.settle();
    const steps: string[] = [];
    void queue.commit(message('1'));
    const settled = queue.settle().then(() => steps.push('settled'));
    await turn();
    steps.push('written');
    batches[0]?.end();
    await settled;
    expect(steps).toEqual(['written', 'settled']);
    queue.commit(message('2')).catch(() => undefined);
    // Between two writes there is none under way, and nothing to be found that is not on disk.
    await queue.settle();
    await turn();
    const failing = queue.settle();
    batches[1]?.fail(new Error('connection lost'));
    await expect(failing).rejects.toThrow('refused');
    await turn();
    await queue.settle();
  });

  it('writes what waits and takes nothing more once closed', async () => {
    const { writer, batches, begun } = holdWrites();
    const queue = createCommitQueue({ writer, toRefusal });
    void queue.commit(message('1'));
    void queue.commit(message('2'));
    const closed = queue.close();
    await expect(queue.commit(message('3'))).rejects.toMatchObject({ code: 'shutting_down' });
    batches[0]?.end();
    await begun(2);
    batches[1]?.end();
    await closed;
    expect(batches).toHaveLength(2);
  });
});
