import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchReport } from '../../src/bench/report/report.js';

const main = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'parley-bench-test-'));
const out = join(folder, 'out');
const RUN_MS = 120_000;

/** A run of the compiled bench, as `npm run bench` starts it. */
function runBench(...args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, `--out=${out}`, ...args]);
    let output = '';
    const keep = (chunk: Buffer) => {
      output += String(chunk);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('close', (code) => resolve({ code, output }));
  });
}

afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));

describe('the bench at its smallest size', () => {
  let run: Awaited<ReturnType<typeof runBench>>;
  let report: BenchReport;

  beforeAll(async () => {
    run = await runBench('--size=smallest', '--only=throughput,latency,fan-out,growth');
    expect(run.output).not.toContain('FAILED');
    report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as BenchReport;
  }, RUN_MS);

  it('ends well, with every message of Parley accounted for', () => {
    expect(run.code, run.output).toBe(0);
    expect(report.failures).toEqual([]);
    const ofParley = report.loads.filter(({ system }) => system === 'parley');
    expect(ofParley.map(({ load }) => load)).toEqual([
      'saturation, 4 users',
      'latency',
      'room of 5',
      'saturation at 100 stored',
      'saturation at 200 stored',
    ]);
    for (const { verdict } of ofParley) {
      expect(verdict.sent).toBeGreaterThan(0);
      expect(verdict).toMatchObject({ lost: 0, doubled: 0, reordered: 0, unacked: 0, refused: 0 });
    }
  });

  it('ran the peers in the same run', () => {
    const systems = report.loads.filter(({ load }) => load === 'latency').map(({ system }) => system);
    expect(systems).toEqual(['parley', 'socket.io relay', 'ws relay', 'tutorial server']);
  });

  it('reads what was stored: pages, lists, what changed, and words', () => {
    for (const kind of ['history', 'history.deep', 'chatlist', 'sync.5', 'search.p95']) {
      for (const key of [`${kind}.100`, `${kind}.200`]) {
        const row = report.rows.find((candidate) => candidate.key === key);
        expect(row?.samples.parley?.length, key).toBeGreaterThan(0);
      }
    }
  });

  it('writes a page that needs nothing else', () => {
    const page = readFileSync(join(out, 'report.html'), 'utf8');
    expect(page).toContain('<h2>Targets</h2>');
    expect(page).not.toMatch(/<script|<link|src=|https?:\/\//);
  });
});

describe('the options of the bench', () => {
  it('name the measures there are when one is unknown', async () => {
    const { code, output } = await runBench('--only=nonsense');
    expect(code).toBe(1);
    expect(output).toContain('There is no measure nonsense; there are: startup, throughput');
    expect(existsSync(join(folder, 'nonsense'))).toBe(false);
  });
});
