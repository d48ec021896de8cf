import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { showControls } from '../../src/logging/line.guard.js';
import { createLogger, createLogOutput } from '../../src/logging/logger.js';

function collect() {
  const lines: string[] = [];
  return {
    lines,
    logger: createLogger({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
  };
}

describe('a line of the log', () => {
  it('holds no secret, wherever it stands', () => {
    const { lines, logger } = collect();
    logger.info(
      {
        password: 'hidden-1',
        token: 'hidden-2',
        body: { password: 'hidden-3', newPassword: 'hidden-4', refreshToken: 'hidden-5' },
        headers: { authorization: 'hidden-6', cookie: 'hidden-7', 'set-cookie': 'hidden-8' },
        req: { headers: { authorization: 'hidden-9', cookie: 'hidden-0' } },
      },
      'request',
    );
    expect(lines.join('')).not.toContain('hidden');
    expect(lines.join('')).toContain('[redacted]');
  });

  it('is one line in which no character can steer a terminal', () => {
    const { lines, logger } = collect();
    const hostile = '\u001b[2J\u009b31m\r\n{"level":60}\u2028\u202e\u007f\u0000';
    logger.info({ path: hostile }, 'request');
    expect(lines).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(lines[0]?.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
    expect(JSON.parse(lines[0] as string)).toMatchObject({ path: hostile });
  });

  it('shows the escapes themselves to a printer that parses it', () => {
    const { lines, logger } = collect();
    logger.info('\u001b[31m and \\u001b as typed, \u009b');
    const parsed = JSON.parse(showControls(lines[0] as string)) as { msg: string };
    expect(parsed.msg).toBe('\\u001b[31m and \\u001b as typed, \\u009b');
  });
});

describe('the log file', () => {
  let logDir: string;
  beforeEach(async () => {
    logDir = await mkdtemp(join(tmpdir(), 'parley-logs-'));
  });
  afterEach(() => rm(logDir, { recursive: true, force: true }));

  async function readLog(): Promise<string> {
    const files = await readdir(logDir);
    return (await Promise.all(files.map((file) => readFile(join(logDir, file), 'utf8')))).join('');
  }

  it('has the last line when the log is closed', async () => {
    const output = await createLogOutput({ environment: 'production', logDir, logLevel: 'fatal' });
    output.logger.info('not at this level');
    for (let number = 0; number < 1_000; number += 1) output.logger.fatal({ number }, 'line');
    await output.close();
    const lines = (await readLog()).trimEnd().split('\n');
    expect(lines).toHaveLength(1_000);
    expect(JSON.parse(lines[999] as string)).toMatchObject({ number: 999 });
  });

  it('has the last line when there is no time to wait', async () => {
    const output = await createLogOutput({ environment: 'production', logDir, logLevel: 'info' });
    output.logger.fatal('the end');
    output.flushNow();
    expect(await readLog()).toContain('the end');
    await output.close();
  });
});
