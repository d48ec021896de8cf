import { LOBBY_CHAT_ID } from '@parley/protocol';
import { percentile } from '../report/summary.js';
import { pause, waitUntil } from '../rig/pause.js';
import { connectLobby } from '../wire/lobby.client.js';
import { connectSocketIo } from '../wire/socketio.client.js';
import type { Person } from '../workload/people.js';
import { createReplica } from '../workload/replica.js';
import { onStage, type Stage } from './scenario.js';

/**
 * The buffers of the kernel alone take megabytes to fill: the short one has a smaller limit, larger messages and fewer
 * to read them. It judges no latency: the tests beside it would be judged, too.
 */
export const slowReadersSettings = {
  full: {
    healthy: 200,
    stalled: 20,
    rate: 25,
    /** Times that the same readers are measured without stalled ones and beside them, in turn. */
    rounds: 2,
    /** Of a turn without stalled ones; one beside them lasts until all are cut off. */
    seconds: 20,
    content: 'x'.repeat(9_500),
    page: 60,
    limitBytes: undefined as number | undefined,
    memoryMaxMb: 32,
    judgesLatency: true,
  },
  short: {
    healthy: 6,
    stalled: 4,
    rate: 60,
    rounds: 1,
    seconds: 1,
    // Three bytes each.
    content: '語'.repeat(9_500),
    page: 15,
    limitBytes: 1_048_576 as number | undefined,
    // A server that has only just started still grows by itself: 27 MB were seen.
    memoryMaxMb: 64,
    judgesLatency: false,
  },
};
type Setting = (typeof slowReadersSettings)['full'];

/** Everybody connects together. */
const CONNECT_MS = 30_000;
const P99_TOLERANCE = 1.2;
/**
 * A turn is judged by windows of this length, and the median of their p99: one halt of the machine of half a second in
 * a turn of 45 s would be the p99 of the whole.
 */
const WINDOW_MS = 5_000;
const CUT_WITHIN_MS = 120_000;

/** Readers that do not read are cut off at their limit; their neighbours and the server's memory do not feel them. */
export function playSlowReaders(setting: Setting, seed: number) {
  const limits = {
    messagesPerSecond: 1_000_000,
    requestsPerSecond: 1_000_000,
    ...(setting.limitBytes !== undefined && { connectionOutboxMaxBytes: setting.limitBytes }),
  };
  const people = setting.healthy + setting.stalled + 1;
  return onStage({ seed, people, limits, wantsCores: setting.judgesLatency }, (stage) =>
    play(stage, setting),
  );
}

async function play(stage: Stage, setting: Setting) {
  const { port, people, expect, show } = stage;
  const { healthy, stalled, rate, rounds, seconds, content } = setting;
  const sender = people.at(-1) as Person;
  const slow = people.slice(healthy, healthy + stalled);
  let began = 0;
  let windows: number[][] = [];
  const onText = (text: string) => {
    const [time] = text.split(' ', 1);
    const now = performance.now();
    const index = Math.floor((now - began) / WINDOW_MS);
    const window = windows[index] ?? [];
    windows[index] = window;
    window.push(now - Number(time));
  };
  const sockets = await connectReaders(port, people.slice(0, healthy), onText);
  const broadcast = createBroadcast(stage, sender, setting);

  /** Latencies of the healthy readers for a while, by whole windows; the most memory, and who was left in the end. */
  async function watch(isOver: (elapsedMs: number, stalledLeft: number) => boolean) {
    windows = [];
    began = performance.now();
    let memory = 0;
    let left = Number.POSITIVE_INFINITY;
    let isWatching = true;
    const watching = (async () => {
      while (isWatching) {
        memory = Math.max(memory, await megabytesOf(stage));
        left = (await countConnections(stage)) - sockets.length;
        await pause(250);
      }
    })();
    await broadcast.run(() => isOver(performance.now() - began, left));
    isWatching = false;
    await watching;
    const tookMs = performance.now() - began;
    const whole = windows.slice(0, Math.max(1, Math.floor(tookMs / WINDOW_MS)));
    return { windows: whole, memory, left, tookMs };
  }

  await watch((elapsed) => elapsed > seconds * 1_000);
  const without: number[][] = [];
  const beside: number[][] = [];
  let before = 0;
  let most = 0;
  let uncut = 0;
  let slowestCut = 0;
  for (let round = 0; round < rounds; round += 1) {
    const alone = await watch((elapsed) => elapsed > seconds * 1_000);
    without.push(...alone.windows);
    before ||= alone.memory;
    const stalledSockets = await connectStalled(port, slow);
    const together = await watch(
      (elapsed, left) => (elapsed > seconds * 1_000 && left <= 0) || elapsed > CUT_WITHIN_MS,
    );
    for (const socket of stalledSockets) socket.cut();
    beside.push(...together.windows);
    most = Math.max(most, together.memory);
    uncut += Math.max(0, together.left);
    slowestCut = Math.max(slowestCut, together.tookMs);
  }
  const complete = await countComplete(port, slow, broadcast.acknowledged(), setting.page);
  for (const socket of sockets) socket.cut();

  const p99 = { without: medianOf(without, 0.99), beside: medianOf(beside, 0.99) };
  const inTenths = (values: readonly number[][], share: number) => medianOf(values, share).toFixed(1);
  show('healthy and stalled readers', `${healthy} and ${stalled}`);
  const bytes = Buffer.byteLength(content);
  show('broadcast', `${broadcast.sent()} messages of ${bytes} bytes at ${rate}/s`);
  show('stalled ones cut off', `${rounds * stalled - uncut} within ${Math.round(slowestCut / 1_000)} s`);
  show('p50 without and beside them', `${inTenths(without, 0.5)} and ${inTenths(beside, 0.5)} ms`);
  show('p99 without and beside them', `${inTenths(without, 0.99)} and ${inTenths(beside, 0.99)} ms`);
  show('windows of 5 s without and beside them', `${without.length} and ${beside.length}`);
  show(
    'memory before, most, growth',
    `${Math.round(before)}, ${Math.round(most)}, ${Math.round(most - before)} MB`,
  );
  show('resumed without loss', complete);
  expect(uncut === 0, `${uncut} stalled readers were not cut off`);
  expect(most - before < setting.memoryMaxMb, `the server's memory grew by ${Math.round(most - before)} MB`);
  expect(
    !setting.judgesLatency || p99.beside <= p99.without * P99_TOLERANCE,
    `p99 went from ${p99.without.toFixed(1)} to ${p99.beside.toFixed(1)} ms`,
  );
  expect(complete === stalled, `${stalled - complete} slow readers did not get everything by sync`);
}

/** The median over the windows of a percentile in each. */
function medianOf(windows: readonly number[][], share: number): number {
  return percentile(
    windows.map((window) => percentile(window, share)),
    0.5,
  );
}

/** Every second one over Socket.IO, the others raw. */
function connectReaders(port: number, people: readonly Person[], onText: (text: string) => void) {
  return Promise.all(
    people.map(({ token }, n) =>
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
}

async function connectStalled(port: number, people: readonly Person[]) {
  const sockets = await connectReaders(port, people, () => undefined);
  for (const socket of sockets) socket.stall();
  return sockets;
}

/** Sends into the lobby at a rate, whatever the answers take; ends when all have come. */
function createBroadcast({ rest }: Stage, { token }: Person, { rate, content: text }: Setting) {
  let sent = 0;
  let acknowledged = 0;
  const underWay = new Set<Promise<void>>();
  return {
    sent: () => sent,
    acknowledged: () => acknowledged,
    async run(isOver: () => boolean) {
      let due = performance.now();
      while (!isOver()) {
        const content = `${performance.now()} ${text}`;
        sent += 1;
        const work = rest
          .call('POST', '/api/messages/send', { token, body: { chatId: LOBBY_CHAT_ID, content } })
          .then(({ outcome }) => {
            if (outcome === 'ok') acknowledged += 1;
            underWay.delete(work);
          });
        underWay.add(work);
        due += 1_000 / rate;
        await pause(due - performance.now());
      }
      await Promise.all(underWay);
    },
  };
}

async function megabytesOf({ rig }: Stage): Promise<number> {
  return (await rig.server.ask<{ rss: number }>({ ask: 'memory' })).rss / 1_048_576;
}

/** How many of these people get the whole lobby by sync: at least so many messages, without a hole. */
async function countComplete(
  port: number,
  people: readonly Person[],
  atLeast: number,
  page: number,
): Promise<number> {
  let complete = 0;
  for (const { token } of people) {
    const replica = createReplica();
    const socket = await connectSocketIo({ port, token });
    await waitUntil(
      'a slow reader to catch up',
      async () => {
        const answer = await socket.call('sync', replica.question(page));
        if (answer.outcome === 'ok') replica.applySync(answer.value);
        return answer.outcome === 'ok' && answer.value.more !== true;
      },
      60_000,
      1,
    );
    socket.close();
    const seqs = [...(replica.chats.get(LOBBY_CHAT_ID)?.messages.values() ?? [])].map(({ seq }) => seq);
    if (seqs.length === Math.max(...seqs) && seqs.length >= atLeast) complete += 1;
  }
  return complete;
}

/** Live connections by the server's own count; a stalled client does not notice that it was cut off. */
async function countConnections({ port }: Stage): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const line = /^parley_connections (\d+)/m.exec(await answer.text());
  return Number(line?.[1] ?? Number.NaN);
}
