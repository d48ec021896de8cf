import { once, setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Program, startProgram } from '../support/program.js';

const KILLS = 5;
const SENDERS = 8;

let folder: string;
let program: Program;
let url = '';

async function startServer(): Promise<void> {
  program = startProgram(folder, { RATE_LIMIT_MAX_REQUESTS: '1000', LOG_LEVEL: 'warn' });
  const ready = await program.until(/is ready: (http:\/\/\S+)/);
  url = ready[1] ?? '';
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-kill-'));
  await startServer();
});
afterAll(async () => {
  program.child.kill('SIGTERM');
  await program.exit;
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function call(method: string, path: string, token?: string, body?: object) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      'Content-Type': 'application/json',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is looked at by the test
  return { status: response.status, body: (await response.json()) as any };
}

async function register(username: string) {
  let answer = { status: 503, body: undefined as Awaited<ReturnType<typeof call>>['body'] };
  // Hashing gives way to whatever else the machine does, and is refused once it has waited too long.
  while (answer.status === 503) {
    answer = await call('POST', '/api/auth/register', undefined, {
      username,
      email: `${username}@example.com`,
      password: 'Password123',
    });
  }
  const { body } = answer;
  return { id: body.user.id as string, token: body.token as string };
}

describe('a server that is killed under load', () => {
  it('loses nothing acknowledged in five kills, and a retried send stays one message', async () => {
    const [reader, ...senders] = await Promise.all(
      Array.from({ length: SENDERS + 1 }, (_, n) => register(`person_${n}`)),
    );
    if (reader === undefined) throw new Error('nobody registered');
    const acked = new Map<string, { id: string; seq: number }>();
    let running = true;
    const work = senders.map(async ({ token }, sender) => {
      for (let n = 0; running; n += 1) {
        const clientId = `${sender}:${n}`;
        for (;;) {
          // Refused, cut off or without an answer: the same clientId goes again until it is acknowledged.
          const answer = await call('POST', '/api/messages/send', token, {
            to: reader.id,
            content: clientId,
            clientId,
          }).catch(() => null);
          if (answer === null || answer.status >= 500 || answer.status === 429) {
            await new Promise((resolve) => setTimeout(resolve, 20));
            continue;
          }
          expect([200, 201]).toContain(answer.status);
          acked.set(clientId, { id: answer.body.message.id, seq: answer.body.message.seq });
          break;
        }
      }
    });

    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = acked.size;
      await expect.poll(() => acked.size, { timeout: 60_000 }).toBeGreaterThan(before + 40);
      program.child.kill('SIGKILL');
      await program.exit;
      await startServer();
    }
    running = false;
    await Promise.all(work);

    let found = 0;
    for (const [sender, { id }] of senders.entries()) {
      const contents: string[] = [];
      let before = '';
      for (;;) {
        const { body } = await call(
          'GET',
          `/api/messages/conversation/${id}?limit=100${before}`,
          reader.token,
        );
        for (const message of body.messages) {
          expect(acked.get(message.content)).toEqual({ id: message.id, seq: message.seq });
          contents.unshift(message.content);
        }
        if (!body.hasMore) break;
        before = `&before=${body.nextCursor}`;
      }
      expect(new Set(contents).size, `sender ${sender} has doubled messages`).toBe(contents.length);
      found += contents.length;
    }
    expect(found).toBe(acked.size);
  }, 400_000);
});

describe('a server that is busy', () => {
  it('keeps a thousand connections that come at once, and answers each when it has time', async () => {
    const { hostname, port } = new URL(url);
    program.child.kill('SIGSTOP');
    try {
      const crowd = Array.from({ length: 1_000 }, () => connect(Number(port), hostname));
      // Past its queue the system drops them, and while the server stands still there is no room for another try.
      const signal = AbortSignal.timeout(40_000);
      setMaxListeners(0, signal);
      await Promise.all(crowd.map((socket) => once(socket, 'connect', { signal })));
      for (const socket of crowd) socket.write('GET /api/health/live HTTP/1.1\r\nHost: parley\r\n\r\n');
      program.child.kill('SIGCONT');
      const answers = await Promise.all(
        crowd.map(async (socket) => String(await once(socket, 'data', { signal }))),
      );
      for (const socket of crowd) socket.destroy();
      expect(answers.filter((answer) => !answer.startsWith('HTTP/1.1 200 '))).toEqual([]);
    } finally {
      program.child.kill('SIGCONT');
    }
  });
});
