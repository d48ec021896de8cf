import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningServer, type StartOverrides, startServer } from '../../src/app.js';
import { readConfig } from '../../src/config/config.js';

/** What a request over REST came to. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is looked at by the tests
  body: any;
}

/** A signed-in user of a test. */
export interface Person {
  id: string;
  username: string;
  token: string;
}

/** A whole server, as `npm start` runs it, on a free port and a folder of its own. */
export interface TestServer extends RunningServer {
  webSocketUrl: string;
  dataDir: string;
  /** One request; an object as the body is sent as JSON. */
  request(
    method: string,
    path: string,
    options?: { token?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>;
  /** Registers somebody new over the canonical API. */
  newPerson(name?: string): Promise<Person>;
}

let people = 0;

/** Starts a server; `env` is what a user would set. */
export async function startTestServer(
  env: Record<string, string> = {},
  overrides: StartOverrides = {},
): Promise<TestServer> {
  const dataDir = env['DATA_DIR'] ?? (await mkdtemp(join(tmpdir(), 'parley-test-')));
  const config = readConfig({
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    RATE_LIMIT_MAX_REQUESTS: '100000',
    DATA_DIR: dataDir,
    ...env,
  });
  const server = await startServer({ ...config, port: 0 }, { passwordCost: 4, ...overrides });

  const request: TestServer['request'] = async (method, path, { token, body, headers } = {}) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };

  return {
    ...server,
    webSocketUrl: server.url.replace(/^http/, 'ws'),
    dataDir,
    request,
    async newPerson(name = 'user') {
      people += 1;
      const username = `${name}_${process.pid}_${people}`;
      const { status, body } = await request('POST', '/api/auth/register', {
        body: { username, email: `${username}@example.com`, password: 'Password123' },
      });
      if (status !== 201) throw new Error(`registering answered ${status}: ${JSON.stringify(body)}`);
      return { id: body.user.id, username, token: body.token };
    },
    async close() {
      await server.close();
      if (env['DATA_DIR'] === undefined)
        await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
