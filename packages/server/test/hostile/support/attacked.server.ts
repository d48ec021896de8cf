import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LimitName } from '@parley/protocol';
import type { Person } from '../../support/test-server.js';
import { checkAnswer, type Exchange, exchange, type RequestOptions } from './exchange.js';

/** What the child needs to start. */
export interface StartMessage {
  env: Record<string, string>;
  limits: Partial<Record<LimitName, number>>;
  passwordCost: number;
  logLevel: 'debug' | 'warn' | 'silent';
}

/** What the child can be told to do to itself. */
export type Harm = 'rejects' | 'throws' | 'logs' | 'tells' | 'leaks' | 'stalls' | 'drops';

/** What the child can be asked. */
export type Question = 'digest' | 'memory' | 'failures' | 'lines' | 'delay' | 'close' | `harm ${Harm}`;

export interface Memory {
  /** Heap and buffers after a collection. */
  heldBytes: number;
  residentBytes: number;
}

/** A server in a process of its own, and questions to it that no client could ask. */
export interface AttackedServer {
  url: string;
  webSocketUrl: string;
  port: number;
  child: ChildProcess;
  /** One request; the answer was looked at: no 5xx, no stack, an error of the catalogue. */
  request(method: string, path: string, options?: RequestOptions): Promise<Exchange>;
  newPerson(name?: string): Promise<Person & { refreshToken: string; sessionId: string }>;
  /** A fingerprint of each collection, less what is derived. */
  digest(): Promise<Record<string, string>>;
  memory(): Promise<Memory>;
  /** Crashes that were caught, unhandled rejections and errors that were logged, since the last call. */
  failures(): Promise<string[]>;
  /** Lines of the log since the last call. */
  lines(): Promise<string[]>;
  /** Delay of the event loop since the last call. */
  delay(): Promise<{ p99Ms: number; maxMs: number }>;
  /** Has the server do what an attack might do to it. */
  harm(what: Harm): Promise<void>;
  close(): Promise<void>;
}

export const ACCESS_SECRET = 'an access secret of the hostile suite that is long enough';
export const OLD_ACCESS_SECRET = 'the access secret before that in its time of grace';
export const REFRESH_SECRET = 'a refresh secret of the hostile suite that is long enough';
/** The password of everybody. */
export const PASSWORD = 'Password123';
/** What Ann and Bob have written to each other. */
export const SECRET_CONTENT = 'between the two of us';

const program = fileURLToPath(new URL('./attacked.child.ts', import.meta.url));
const START_DEADLINE_MS = 60_000;
let people = 0;

/** Starts a server on a free port and a folder of its own; `env` and `limits` are what differs from the usual. */
export async function startAttackedServer(
  env: Record<string, string> = {},
  options: Partial<Omit<StartMessage, 'env'>> = {},
): Promise<AttackedServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-hostile-'));
  const child = fork(program, [], {
    execArgv: ['--expose-gc', '--conditions=@parley/source', '--import', import.meta.resolve('tsx')],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, (value: unknown) => void>();
  let asked = 0;
  let ended = false;

  const exit = new Promise<never>((_resolve, reject) =>
    child.once('exit', (code, signal) => {
      ended = true;
      reject(new Error(`the server under attack ended with ${code ?? signal}`));
    }),
  );
  exit.catch(() => undefined);
  const deadline = setTimeout(() => child.kill('SIGKILL'), START_DEADLINE_MS);
  const started = new Promise<string>((resolve) =>
    child.on('message', (message: { url?: string; id?: number; value?: unknown }) => {
      if (message.url !== undefined) resolve(message.url);
      else waiting.get(message.id as number)?.(message.value);
    }),
  );
  child.send({
    env: {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      RATE_LIMIT_MAX_REQUESTS: '1000000',
      JWT_SECRET: `${ACCESS_SECRET},${OLD_ACCESS_SECRET}`,
      JWT_REFRESH_SECRET: REFRESH_SECRET,
      ...env,
    },
    limits: options.limits ?? {},
    passwordCost: options.passwordCost ?? 4,
    logLevel: options.logLevel ?? 'debug',
  } satisfies StartMessage);
  const url = await Promise.race([started, exit]).finally(() => clearTimeout(deadline));

  function ask<T>(question: Question): Promise<T> {
    asked += 1;
    const id = asked;
    const answer = new Promise<T>((resolve) => waiting.set(id, resolve as (value: unknown) => void));
    // That it has ended is told by `exit`.
    child.send({ id, question }, () => undefined);
    return Promise.race([answer, exit]).finally(() => waiting.delete(id));
  }

  const request: AttackedServer['request'] = async (method, path, given = {}) => {
    const answer = await exchange(url, method, path, given);
    checkAnswer(answer, given);
    return answer;
  };

  return {
    url,
    webSocketUrl: url.replace(/^http/, 'ws'),
    port: Number(new URL(url).port),
    child,
    request,
    async newPerson(name = 'user') {
      people += 1;
      const username = `${name}_${people}`;
      const { status, body } = await request('POST', '/api/auth/register', {
        body: { username, email: `${username}@example.com`, password: PASSWORD },
      });
      if (status !== 201) throw new Error(`registering answered ${status}: ${JSON.stringify(body)}`);
      const claims = JSON.parse(Buffer.from(body.token.split('.')[1], 'base64url').toString());
      const { token, refreshToken } = body;
      return { id: body.user.id, username, token, refreshToken, sessionId: claims.sid };
    },
    digest: () => ask('digest'),
    memory: () => ask('memory'),
    failures: () => ask('failures'),
    lines: () => ask('lines'),
    delay: () => ask('delay'),
    harm: (what) => ask(`harm ${what}`),
    async close() {
      if (!ended) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        await ask('close').catch(() => undefined);
        await gone;
      }
      // The engine of a server that was killed leaves a moment later.
      await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
