import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { type ChatClient, type ChatClientOptions, createChatClient } from '../../src/index.js';

/** The part of the server's own test fixture that these tests use. */
export interface TestServer {
  url: string;
  port: number;
  close(): Promise<void>;
}

interface ServerFixture {
  startTestServer(env?: Record<string, string>, overrides?: object): Promise<TestServer>;
}

/** Starts a whole server with a real database. By path, so that its types are checked where they belong. */
export async function startTestServer(
  env: Record<string, string> = {},
  overrides: object = {},
): Promise<TestServer> {
  const path = fileURLToPath(new URL('../../../server/test/support/test-server.ts', import.meta.url));
  const fixture = (await import(path)) as ServerFixture;
  return fixture.startTestServer({ LOG_LEVEL: 'silent', ...env }, overrides);
}

let people = 0;

/** A server of one test file, and clients that are closed after it. */
export function useTestServer(env: Record<string, string> = {}, overrides: object = {}) {
  const clients = new Set<ChatClient>();
  let server: TestServer | undefined;

  beforeAll(async () => {
    server = await startTestServer(env, overrides);
  });
  afterAll(async () => {
    await Promise.all([...clients].map((client) => client.close()));
    await server?.close();
  });

  function url(): string {
    if (server === undefined) throw new Error('the server has not been started');
    return server.url;
  }

  function newClient(options: ChatClientOptions = {}): ChatClient {
    const client = createChatClient({ url: url(), ...options });
    clients.add(client);
    return client;
  }

  return {
    url,
    newClient,
    /** A client of somebody new, connected and caught up. */
    async newPerson(name: string, options: ChatClientOptions = {}) {
      const client = newClient(options);
      people += 1;
      const username = `${name}_${people}_${process.pid}`;
      const user = await client.account.register({
        username,
        email: `${username}@example.com`,
        password: PASSWORD,
      });
      await until(client.status, (status) => status === 'online');
      return Object.assign(client, { user, username });
    },
  };
}

/** How long a test waits for what must come. */
const DEADLINE_MS = 20_000;
export const PASSWORD = 'Password123';

export type Person = Awaited<ReturnType<ReturnType<typeof useTestServer>['newPerson']>>;

interface Watched<T> {
  peek(): T;
  subscribe(listener: (value: T) => void): () => void;
}

/** The first value that fulfils the condition; fails with what it was at the deadline. */
export function until<T>(
  readable: Watched<T>,
  condition: (value: T) => boolean,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let end: () => void = () => undefined;
    const timer = setTimeout(() => {
      end();
      reject(
        new Error(`not within ${deadlineMs} ms; it is ${JSON.stringify(readable.peek())?.slice(0, 2_000)}`),
      );
    }, deadlineMs);
    let isDone = false;
    end = readable.subscribe((value) => {
      if (isDone || !condition(value)) return;
      isDone = true;
      clearTimeout(timer);
      queueMicrotask(() => end());
      resolve(value);
    });
  });
}

/** The next event that fulfils the condition. */
export function nextEvent<N extends Parameters<ChatClient['on']>[0]>(
  client: ChatClient,
  name: N,
  condition: (event: Parameters<Parameters<typeof client.on<N>>[1]>[0]) => boolean = () => true,
  deadlineMs = DEADLINE_MS,
): Promise<Parameters<Parameters<typeof client.on<N>>[1]>[0]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${name} within ${deadlineMs} ms`)), deadlineMs);
    const end = client.on(name, (event) => {
      if (!condition(event)) return;
      clearTimeout(timer);
      end();
      resolve(event);
    });
  });
}
