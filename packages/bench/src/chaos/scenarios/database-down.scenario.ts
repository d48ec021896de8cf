import { LOBBY_CHAT_ID } from '@parley/protocol';
import { pause, waitUntil } from '../rig/pause.js';
import type { Answer } from '../wire/answer.js';
import { connectLobby } from '../wire/lobby.client.js';
import { connectSocketIo } from '../wire/socketio.client.js';
import type { Person } from '../workload/people.js';
import { onStage, openChat } from './scenario.js';

export const databaseDownSettings = {
  full: { rounds: 5, downMs: 8_000, toleranceMs: 0 },
  /** Beside other tests the harness waits for its turn, too; whoever waits for the engine still takes longer. */
  short: { rounds: 1, downMs: 6_000, toleranceMs: 2_000 },
};

/** What the issue allows: an answer within 2 s, service within 3 s of the engine's return. */
const ANSWER_WITHIN_MS = 2_000;
const BACK_WITHIN_MS = 3_000;

/** With the engine frozen every request is answered with an error in time, nothing is acknowledged, and service returns. */
export function playDatabaseDown(setting: (typeof databaseDownSettings)['full'], seed: number) {
  const { rounds, downMs, toleranceMs } = setting;
  return onStage({ seed, people: 2 }, async ({ rig, port, rest, people, random, expect, show }) => {
    const [ann, bob] = people as [Person, Person];
    const chat = await openChat(rest, ann, bob);
    const socket = await connectSocketIo({ port, token: ann.token });
    const lobby = await connectLobby({ port, token: ann.token });
    const { token } = ann;
    let sent = 0;
    const next = () => {
      sent += 1;
      return { content: `${sent}`, clientId: `down-${sent}` };
    };
    const sends: Record<string, () => Promise<Answer<unknown>>> = {
      'REST send': () =>
        rest.call('POST', '/api/messages/send', { token, body: { chatId: chat, ...next() } }),
      'Socket.IO send': () => socket.call('send_message', { chatId: chat, ...next() }),
      'raw WebSocket send': () => lobby.say(next().content, `raw-${sent}`, false),
    };
    const reads: Record<string, () => Promise<Answer<unknown>>> = {
      page: () => rest.call('GET', `/api/messages/conversation/${bob.id}`, { token }),
      sync: () => rest.call('POST', '/api/sync', { token, body: { chats: { [LOBBY_CHAT_ID]: 0 } } }),
      'Socket.IO sync': () => socket.call('sync', { chats: {} }),
      list: () => rest.call('GET', '/api/messages/chats', { token }),
    };
    const slowest: Record<string, number> = {};
    const backs: number[] = [];
    const wrong = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      for (const send of Object.values(sends))
        expect((await send()).outcome === 'ok', 'a send before the fault failed');
      rig.server.signal('engine', 'SIGSTOP');
      const end = performance.now() + downMs;
      while (performance.now() < end) {
        await Promise.all(
          Object.entries({ ...sends, ...reads }).map(async ([name, call]) => {
            const start = performance.now();
            const answer = await call();
            slowest[name] = Math.max(slowest[name] ?? 0, performance.now() - start);
            if (answer.outcome === 'ok') wrong.add(`${name} succeeded`);
            else if (answer.code !== 'database_unavailable') wrong.add(`${name} ended with ${answer.code}`);
            else if (answer.status !== undefined && answer.status !== 503)
              wrong.add(`${name} answered ${answer.status}`);
          }),
        );
        await pause(random.between(50, 300));
      }
      const returned = performance.now();
      rig.server.signal('engine', 'SIGCONT');
      await waitUntil('a send', async () => (await sends['REST send']?.())?.outcome === 'ok', 20_000, 20);
      backs.push(performance.now() - returned);
    }
    socket.close();
    lobby.close();
    for (const [name, took] of Object.entries(slowest)) {
      show(`slowest answer: ${name}`, `${Math.round(took)} ms`);
      expect(took <= ANSWER_WITHIN_MS + toleranceMs, `${name} took ${Math.round(took)} ms to be refused`);
    }
    show('slowest return', `${Math.round(Math.max(...backs))} ms`);
    expect(
      Math.max(...backs) <= BACK_WITHIN_MS + toleranceMs,
      `service was back after ${Math.round(Math.max(...backs))} ms`,
    );
    for (const what of wrong) expect(false, `with the engine frozen, ${what}`);
  });
}
