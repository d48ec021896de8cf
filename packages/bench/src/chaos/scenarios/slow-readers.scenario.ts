import { LOBBY_CHAT_ID } from '@parley/protocol';
import { percentile } from '../report/summary.js';
import { pause, waitUntil } from '../rig/pause.js';
import { connectLobby } from '../wire/lobby.client.js';
import { connectSocketIo } from '../wire/socketio.client.js';
import type { Person } from '../workload/people.js';
import { createReplica } from '../workload/replica.js';
import { onStage, type Stage } from './scenario.js';

/**
 * The short one has a small limit, as the buffers of the kernel alone take megabytes to fill, and judges no latency:
 * the tests beside it would be judged, too.
 */
export const slowReadersSettings = {
  full: {
    healthy: 200,
    stalled: 20,
    rate: 25,
    seconds: 20,
    limitBytes: undefined as number | undefined,
    judgesLatency: true,
  },
  short: {
    healthy: 20,
    stalled: 4,
    rate: 120,
    seconds: 2,
    limitBytes: 262_144 as number | undefined,
    judgesLatency: false,
  },
};

const CONTENT = 'x'.repeat(9_500);
/** Everybody connects together. */
const CONNECT_MS = 30_000;
const MEMORY_MAX_MB = 32;
const P99_TOLERANCE = 1.2;
/** Below this a share of the latency says nothing: a turn of the event loop of either process. */
const P99_NOISE_MS = 8;
const CUT_WITHIN_MS = 120_000;

/** Readers that do not read are cut off at their limit; their neighbours and the server's memory do not feel them. */
export function playSlowReaders(setting: (typeof slowReadersSettings)['full'], seed: number) {
  const limits = {
    messagesPerSecond: 1_000_000,
    requestsPerSecond: 1_000_000,
    ...(setting.limitBytes !== undefined && { connectionOutboxMaxBytes: setting.limitBytes }),
  };
  return onStage({ seed, people: setting.healthy + setting.stalled + 1, limits }, (stage) =>
    play(stage, setting),
  );
}

async function play(stage: Stage, setting: (typeof slowReadersSettings)['full']) {
  const { rig, port, rest, people, expect, show } = stage;
  const { healthy, stalled, rate, seconds } = setting;
  const sender = people.at(-1) as Person;
  let latencies: number[] = [];
  const onText = (text: string) => {
    const [time] = text.split(' ', 1);
    latencies.push(performance.now() - Number(time));
  };
  const healthySockets = await Promise.all(
    people.slice(0, healthy).map(({ token }, n) =>
      n % 2 === 0
        ? connectSocketIo({
            port,
            token,
            withinMs: CONNECT_MS,
            onEvent: (event, payload) => event === 'new_message' && onText(payload.content),
          })
        : connectLobby({ port, token, withinMs: CONNECT_MS, onMessage: ({ text }) => onText(text) }),
    ),
  );
  let sent = 0;
  const broadcast = async (isOver: () => boolean) => {
    let due = performance.now();
    while (!isOver()) {
      const content = `${performance.now()} ${CONTENT}`;
      sent += 1;
      void rest.call('POST', '/api/messages/send', {
        token: sender.token,
        body: { chatId: LOBBY_CHAT_ID, content },
      });
      due += 1_000 / rate;
      await pause(due - performance.now());
    }
  };
  const forSeconds = () => {
    const end = performance.now() + seconds * 1_000;
    return () => performance.now() > end;
  };
  const megabytes = async () => (await rig.server.ask<{ rss: number }>({ ask: 'memory' })).rss / 1_048_576;

  await broadcast(forSeconds());
  latencies = [];
  await broadcast(forSeconds());
  const without = percentile(latencies, 0.99);
  const memoryBefore = await megabytes();

  const slow = people.slice(healthy, healthy + stalled);
  let cut = 0;
  const slowSockets = await Promise.all(
    slow.map(async ({ token }, n) => {
      const socket = await (n % 2 === 0 ? connectSocketIo({ port, token }) : connectLobby({ port, token }));
      socket.stall();
      return socket;
    }),
  );
  const count = async () => (await countConnections(stage)) - healthySockets.length;
  latencies = [];
  const start = performance.now();
  let memoryMost = 0;
  let isWatching = true;
  const watching = (async () => {
    while (isWatching) {
      memoryMost = Math.max(memoryMost, await megabytes());
      cut = stalled - Math.max(0, await count());
      await pause(250);
    }
  })();
  const atLeast = forSeconds();
  await broadcast(() => (atLeast() && cut >= stalled) || performance.now() - start > CUT_WITHIN_MS);
  const took = performance.now() - start;
  isWatching = false;
  await watching;
  const beside = percentile(latencies, 0.99);
  for (const socket of slowSockets) socket.cut();

  let complete = 0;
  let lastSeq = 0;
  for (const { token } of slow) {
    const replica = createReplica();
    const socket = await connectSocketIo({ port, token });
    await waitUntil(
      'a slow reader to catch up',
      async () => {
        const answer = await socket.call('sync', replica.question(100));
        if (answer.outcome === 'ok') replica.applySync(answer.value);
        return answer.outcome === 'ok' && answer.value.more !== true;
      },
      60_000,
      1,
    );
    socket.close();
    const seqs = [...(replica.chats.get(LOBBY_CHAT_ID)?.messages.values() ?? [])].map(({ seq }) => seq);
    lastSeq = Math.max(lastSeq, ...seqs);
    if (seqs.length === Math.max(...seqs)) complete += 1;
  }
  for (const socket of healthySockets) socket.cut();
  const growth = memoryMost - memoryBefore;
  show('healthy and stalled readers', `${healthy} and ${stalled}`);
  show('broadcast', `${sent} messages of ${CONTENT.length} bytes at ${rate}/s`);
  show('stalled ones cut off', `${cut} within ${Math.round(took / 1_000)} s`);
  show('p99 without and beside them', `${without.toFixed(1)} and ${beside.toFixed(1)} ms`);
  show(
    'memory before, most, growth',
    `${Math.round(memoryBefore)}, ${Math.round(memoryMost)}, ${Math.round(growth)} MB`,
  );
  show('resumed without loss', complete);
  expect(cut >= stalled, `${stalled - cut} stalled readers were not cut off`);
  expect(growth < MEMORY_MAX_MB, `the server's memory grew by ${Math.round(growth)} MB`);
  expect(
    !setting.judgesLatency || beside <= without * P99_TOLERANCE + P99_NOISE_MS,
    `p99 went from ${without.toFixed(1)} to ${beside.toFixed(1)} ms`,
  );
  expect(complete === stalled, `${stalled - complete} slow readers did not get everything by sync`);
}

/** Live connections by the server's own count; a stalled client does not notice that it was cut off. */
async function countConnections({ port }: Stage): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const line = /^parley_connections (\d+)/m.exec(await answer.text());
  return Number(line?.[1] ?? Number.NaN);
}
