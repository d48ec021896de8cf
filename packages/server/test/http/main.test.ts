import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Program, startProgram } from '../support/program.js';

let folder: string;
const children: Program[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-main-'));
});
afterEach(async () => {
  for (const { child, exit } of children.splice(0)) {
    child.kill('SIGKILL');
    await exit;
  }
  // The engine of a server that was killed leaves a moment later.
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

/** The server in the folder of this test; ended after it. */
function start(env: Record<string, string> = {}, args: string[] = []): Program {
  const program = startProgram(folder, env, args);
  children.push(program);
  return program;
}

async function readLog(logDir = join(folder, 'logs')): Promise<Record<string, unknown>[]> {
  const files = await readdir(logDir);
  const text = (await Promise.all(files.map((file) => readFile(join(logDir, file), 'utf8')))).join('');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the program', () => {
  it('says in its first lines where it is, where the data lies and where the documents are', async () => {
    const program = start();
    const [, url] = await program.until(
      /Parley \d+\.\d+\.\d+ is ready: (http:\/\/127\.0\.0\.1:\d+)\n[\s\S]*Logs .*\n/,
    );
    expect(program.output()).toMatch(/Database {3}(embedded|mongod)/);
    expect(program.output()).toContain(`Data       ${join(folder, 'data')}`);
    expect(program.output()).toContain(`API docs   ${url}/api/docs`);
    expect((await fetch(`${url}/api/health/ready`)).status).toBe(200);
    expect(existsSync(join(folder, 'data', 'jwt-secret'))).toBe(true);
  });

  it('ends with 0 when asked to, and its log has the last line', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const program = start({ LOG_DIR: join(folder, signal) });
      await program.until(/is ready/);
      program.child.kill(signal);
      expect(await program.exit).toBe(0);
      expect(await readLog(join(folder, signal))).toContainEqual(
        expect.objectContaining({ msg: 'stopping', signal }),
      );
    }
  });

  it('ends at once at the second signal', async () => {
    const program = start();
    const [, url] = await program.until(/is ready: (\S+)/);
    // Keeps the server from stopping: a request whose body never comes.
    const { port } = new URL(url as string);
    const { connect } = await import('node:net');
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      'POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n',
    );
    await new Promise((resolve) => socket.once('data', resolve));
    program.child.kill('SIGTERM');
    await program.until(/stopping/);
    program.child.kill('SIGTERM');
    expect(await program.exit).toBe(1);
    socket.destroy();
  });

  it.each([
    ['an error that nobody caught', 'throw new Error("boom")'],
    ['a refusal that nobody awaits', 'Promise.reject(new Error("boom"))'],
  ])('logs %s, stops in order and ends with 1', async (_, bug) => {
    const code = `process.on('SIGUSR2', () => { ${bug} })`;
    const program = start({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` });
    await program.until(/is ready/);
    program.child.kill('SIGUSR2');
    expect(await program.exit).toBe(1);
    expect(await readLog()).toContainEqual(
      expect.objectContaining({ level: 60, err: expect.objectContaining({ message: 'boom' }) }),
    );
    // The data folder was let go of.
    await start({ LOG_DIR: join(folder, 'next') }).until(/is ready/);
  });

  it('logs JSON alone in production', async () => {
    const program = start({ NODE_ENV: 'production', JWT_SECRET: 'kC8s0aP3x9Qe7Lw2Zt5Vb1Nm4Yd6Rf0H' });
    await program.until(/"msg":"ready"/);
    program.child.kill('SIGTERM');
    await program.exit;
    const lines = program
      .output()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'ready', url: expect.any(String), database: expect.any(String) }),
    );
    expect(program.output()).not.toContain('kC8s0');
  });

  it('reads a .env file', async () => {
    writeFileSync(join(folder, '.env'), 'DATA_DIR=elsewhere\nPORT=nonsense\n');
    const program = start();
    await program.until(/is ready/);
    expect(existsSync(join(folder, 'elsewhere', 'jwt-secret'))).toBe(true);
  });

  it.each([
    ['--version', /^\d+\.\d+\.\d+\n$/],
    ['--help', /--version[\s\S]*docs\/configuration\.md\n$/],
  ])('answers %s', async (option, pattern) => {
    const program = start({}, [option]);
    expect(await program.exit).toBe(0);
    expect(program.output()).toMatch(pattern);
  });
});

describe('what cannot work is said in plain words, with 1 and without a stack', () => {
  let taken: Server | undefined;
  afterEach(() => taken?.close());

  async function refuse(env: Record<string, string>, args: string[] = []): Promise<string> {
    const program = start(env, args);
    expect(await program.exit).toBe(1);
    expect(program.output()).not.toMatch(/^\s+at /m);
    return program.output();
  }

  it('a wrong configuration', async () => {
    expect(await refuse({ PORT: 'http', LOG_LEVEL: 'loud', JWT_EXPIRES_IN: 'soon' })).toBe(
      [
        'The configuration is wrong:',
        '  PORT is not a whole number from 0 to 65535',
        '  JWT_EXPIRES_IN is not a length of time such as 7d, 15m or 3600 (seconds), of one second to ten years',
        '  LOG_LEVEL is none of trace, debug, info, warn, error, fatal and silent',
        '',
      ].join('\n'),
    );
  });

  it('a port in use', async () => {
    taken = createServer();
    await new Promise<void>((resolve) => taken?.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    expect(await refuse({ PORT: String(port) })).toContain(`Port ${port} is in use by another program`);
  });

  it('a data folder in use', async () => {
    await start().until(/is ready/);
    expect(await refuse({ LOG_DIR: join(folder, 'other-logs') })).toMatch(/data folder|DATA_DIR|in use/i);
  });

  it('folders that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    const [file, nowhere, logs] = await Promise.all([
      refuse({ DATA_DIR: join(folder, 'file') }),
      existsSync('/proc') ? refuse({ DATA_DIR: '/proc/x/y' }) : 'make DATA_DIR writable',
      refuse({ LOG_DIR: join(folder, 'file') }),
    ]);
    expect([file, nowhere].every((output) => output.includes('make DATA_DIR writable'))).toBe(true);
    expect(logs).toContain('set LOG_DIR');
  });

  it('a database that is not there', async () => {
    expect(await refuse({ MONGODB_URI: 'mongodb://someone:hidden@127.0.0.1:1/chat' })).toMatch(
      /cannot be reached/,
    );
    expect(children.at(-1)?.output()).not.toContain('hidden');
  });

  it('an unknown option', async () => {
    expect(await refuse({}, ['--prot', '4000'])).toBe('There is no option --prot; see --help.\n');
  });
});
