import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runChaos } from '../../src/chaos/chaos.run.js';
import { mountSmallDisk } from '../../src/chaos/faults/small.disk.js';
import { renderViolation } from '../../src/chaos/report/table.js';
import { findFreePort } from '../../src/chaos/rig/free.port.js';
import { createServerProcess } from '../../src/chaos/rig/server.process.js';

const folder = mkdtempSync(join(tmpdir(), 'parley-disk-'));
/** Less than the engine wants for building an index (500 MB). */
const tooSmall = mountSmallDisk(join(folder, 'disk'), 300);
if (tooSmall === undefined)
  console.log('A small disk cannot be mounted here (it takes root on Linux): skipped.');

afterAll(() => {
  tooSmall?.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

describe.skipIf(tooSmall === undefined)(
  'a disk without room',
  () => {
    it('stops a first start with one sentence', async () => {
      const dataDir = join(folder, 'disk', 'data');
      mkdirSync(dataDir);
      const server = createServerProcess({ port: await findFreePort(), folder, dataDir });
      await expect(server.start()).rejects.toThrow(
        /takes no new index .* make room on its disk and start again/,
      );
      expect(server.lastWords()).not.toMatch(/^ {4}at /m);
    });

    it('refuses sends while it is full, and loses none of the others', async () => {
      const seed = 1 + Math.floor(Math.random() * 1_000_000);
      const { summary, violations } = await runChaos({
        cycles: 1,
        seconds: 5,
        rate: 150,
        seed,
        senders: 8,
        chats: 4,
        faults: ['disk-full'],
      });
      console.log(
        `disk full: ${summary.unknown} unanswered, back after ${Math.round(summary.recoveryMs.max)} ms, seed ${seed}`,
      );
      expect(violations.map(renderViolation)).toEqual([]);
      expect(summary.faults).toBe(1);
      expect(summary.unknown).toBeGreaterThan(0);
    });
  },
  300_000,
);
