import { describe, expect, it } from 'vitest';
import { createAdmissionGate } from './admission.gate.js';

/** Work that ends when the test says so. */
function holdWork() {
  const begun: number[] = [];
  const ends = new Map<number, (error?: Error) => void>();
  const work = (n: number) => () =>
    new Promise<number>((resolve, reject) => {
      begun.push(n);
      ends.set(n, (error) => (error === undefined ? resolve(n) : reject(error)));
    });
  return { begun, end: (n: number, error?: Error) => ends.get(n)?.(error), work };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the admission gate', () => {
  it('lets so much through at once, the rest in order of arrival, after a failure too', async () => {
    const { begun, end, work } = holdWork();
    const gate = createAdmissionGate({ atOnce: 2, waitingMax: 10 });
    const results = [1, 2, 3, 4].map((n) => gate.run(work(n)));
    expect(begun).toEqual([1, 2]);
    end(2, new Error('failed'));
    await expect(results[1]).rejects.toThrow('failed');
    await turn();
    expect(begun).toEqual([1, 2, 3]);
    end(1);
    await turn();
    expect(begun).toEqual([1, 2, 3, 4]);
    end(3);
    end(4);
    await expect(Promise.all([results[0], results[2], results[3]])).resolves.toEqual([1, 3, 4]);
  });

  it('says that there is no room only while as much waits as may', async () => {
    const { end, work } = holdWork();
    const gate = createAdmissionGate({ atOnce: 1, waitingMax: 1 });
    gate.checkRoom();
    const first = gate.run(work(1));
    gate.checkRoom();
    const second = gate.run(work(2));
    expect(() => gate.checkRoom()).toThrow(expect.objectContaining({ code: 'server_busy' }));
    end(1);
    await first;
    gate.checkRoom();
    end(2);
    await second;
  });

  it('refuses with server_busy and a retry-after when too much waits', async () => {
    const { end, work } = holdWork();
    const gate = createAdmissionGate({ atOnce: 1, waitingMax: 1 });
    const first = gate.run(work(1));
    const second = gate.run(work(2));
    await expect(gate.run(work(3))).rejects.toMatchObject({
      code: 'server_busy',
      retryAfterSeconds: expect.any(Number),
    });
    end(1);
    await first;
    await turn();
    end(2);
    await second;
  });

  it('refuses what has waited too long, and goes on with what has not', async () => {
    const { begun, end, work } = holdWork();
    let time = 0;
    const gate = createAdmissionGate({ atOnce: 1, waitMs: 100, now: () => time });
    const first = gate.run(work(1));
    const late = gate.run(work(2));
    time = 60;
    const fresh = gate.run(work(3));
    time = 110;
    end(1);
    await first;
    await expect(late).rejects.toMatchObject({ code: 'server_busy' });
    await turn();
    expect(begun).toEqual([1, 3]);
    end(3);
    await fresh;
  });

  it('refuses everything that waits when a failure concerns all', async () => {
    const { begun, end, work } = holdWork();
    const gate = createAdmissionGate({
      atOnce: 1,
      concernsAll: (error) => (error as Error).message === 'down',
    });
    const results = [1, 2, 3].map((n) => gate.run(work(n)));
    end(1, new Error('down'));
    for (const result of results) await expect(result).rejects.toThrow('down');
    expect(begun).toEqual([1]);
  });
});
