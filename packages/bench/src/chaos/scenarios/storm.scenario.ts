import { type ErrorCode, errorCatalogue, LOBBY_CHAT_ID } from '@parley/protocol';
import { percentile } from '../report/summary.js';
import { pause } from '../rig/pause.js';
import { ConnectFailure, connectSocketIo, type SocketIoClient } from '../wire/socketio.client.js';
import type { Person } from '../workload/people.js';
import { createReplica, type Replica } from '../workload/replica.js';
import { onStage } from './scenario.js';

export const stormSettings = { full: { clients: 3_000, users: 600 }, short: { clients: 120, users: 24 } };

/** How long a client waits for the answer of sync, in milliseconds. */
const PATIENCE_MS = 10_000;
const UNBOUNDED = { messagesPerSecond: 1_000_000, requestsPerSecond: 1_000_000 };
/** Connections made at once while the stage is set. */
const AT_ONCE = 50;
/** As the client package waits between attempts (backoff.ts): doubling, half of it random. */
const BACKOFF_MS = { first: 500, most: 30_000 };

/** Whether a code stands for a status of 500 and above; `server_busy` is one as well. */
function isServerError(code: string): boolean {
  return code.startsWith('http_5') || (errorCatalogue[code as ErrorCode]?.status ?? 0) >= 500;
}

/** Everybody comes back at once after a kill, and is authenticated and caught up. */
export function playStorm({ clients, users }: (typeof stormSettings)['full'], seed: number) {
  return onStage(
    { seed, people: users, limits: UNBOUNDED },
    async ({ rig, port, rest, people, random, expect, show }) => {
      const personOf = (n: number) => people[n % people.length] as Person;
      const replicas: Replica[] = Array.from({ length: clients }, () => createReplica());
      const first: SocketIoClient[] = [];
      for (let start = 0; start < clients; start += AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, clients - start) }, (_, n) => start + n);
        first.push(
          ...(await Promise.all(
            some.map((n) => connectSocketIo({ port, token: personOf(n).token, withinMs: 20_000 })),
          )),
        );
      }
      for (let n = 0; n < 100; n += 1) {
        const body = { chatId: LOBBY_CHAT_ID, content: `before ${n}` };
        await rest.call('POST', '/api/messages/send', { token: personOf(n).token, body });
      }
      const refusals = new Map<string, number>();
      const note = (code: string) => void refusals.set(code, (refusals.get(code) ?? 0) + 1);
      const backAfter: number[] = [];
      const caughtUpAfter: number[] = [];
      const back: SocketIoClient[] = [];

      const killed = performance.now();
      rig.server.signal('server', 'SIGKILL');
      const restarted = rig.server.exited().then(() => rig.server.start());
      await Promise.all(
        first.map(async (socket, n) => {
          await socket.closed;
          for (let attempt = 0; ; attempt += 1) {
            const full = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** attempt);
            await pause(full / 2 + (random.next() * full) / 2);
            try {
              const again = await connectSocketIo({ port, token: personOf(n).token, withinMs: 20_000 });
              backAfter.push(performance.now() - killed);
              const replica = replicas[n] as Replica;
              for (let more = true; more; ) {
                const answer = await again.call('sync', replica.question(200), PATIENCE_MS);
                if (answer.outcome !== 'ok') {
                  note(`sync ${answer.code}`);
                  if (!again.isOpen()) throw new ConnectFailure('connection_lost');
                  await pause(1_000 * (answer.retryAfterSeconds ?? 0) + random.between(100, 1_000));
                  continue;
                }
                replica.applySync(answer.value);
                more = answer.value.more === true;
              }
              caughtUpAfter.push(performance.now() - killed);
              back.push(again);
              return;
            } catch (error) {
              note((error as ConnectFailure).code ?? 'failed');
            }
          }
        }),
      );
      await restarted;
      const complete = replicas.filter(({ chats }) => chats.get(LOBBY_CHAT_ID)?.messages.size === 100).length;
      const errors = [...refusals].filter(([what]) => isServerError(what.replace('sync ', '')));
      for (const socket of back) socket.cut();
      show('clients', clients);
      show('authenticated, p50', `${Math.round(percentile(backAfter, 0.5))} ms`);
      show('all authenticated after the kill', `${Math.round(Math.max(...backAfter))} ms`);
      show('all caught up after the kill', `${Math.round(Math.max(...caughtUpAfter))} ms`);
      show('complete', complete);
      for (const [code, times] of refusals) show(`attempts that ended with ${code}`, times);
      expect(complete === clients, `${clients - complete} clients are not complete`);
      expect(
        errors.length === 0,
        `the server answered with a 5xx: ${errors.map(([code, n]) => `${n} ${code}`).join(', ')}`,
      );
    },
  );
}
