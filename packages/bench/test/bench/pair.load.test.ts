import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { describeVerdict } from '../../src/bench/figures/figure.book.js';
import { openPairLoad } from '../../src/bench/load/pair.load.js';
import { wsRelayWire } from '../../src/bench/load/wire.js';
import { waitUntil } from '../../src/chaos/rig/pause.js';

/** What a relay does with the messages it is to deliver: a list in, what goes out. */
type Deliver = (message: string, nth: number) => readonly string[];

const servers: WebSocketServer[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

/** A relay that breaks its promises; `answers` says how often a send is answered. */
async function startRelay(deliver: Deliver, answers = (_nth: number) => 1): Promise<number> {
  const relay = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  servers.push(relay);
  const users = new Map<string, WebSocket>();
  let count = 0;
  relay.on('connection', (socket, request) => {
    users.set(new URL(request.url ?? '', 'http://x').searchParams.get('user') ?? '', socket);
    socket.on('message', (data) => {
      const { request: id, to, content } = JSON.parse(String(data)) as Record<string, string>;
      count += 1;
      for (const text of deliver(JSON.stringify({ type: 'message', content }), count)) {
        users.get(to ?? '')?.send(text);
      }
      for (let n = answers(count); n > 0; n -= 1) socket.send(JSON.stringify({ ack: Number(id) }));
    });
    socket.send('{"ready":true}');
  });
  await waitUntil('the relay', () => relay.address() !== null);
  return (relay.address() as AddressInfo).port;
}

/** How long a message may be on its way before it counts as lost; a busy machine stops for a moment now and then. */
const DRAIN_MS = 3_000;

/** One user sends ten messages to another, two of them not answered at a time, and the load says what became of them. */
async function judge(port: number) {
  const users = ['a', 'b'].map((id) => ({ id, token: id }));
  const load = await openPairLoad({ port, wire: wsRelayWire, users, drainMs: DRAIN_MS });
  for (let n = 0; n < 10; n += 1) load.send(0);
  await load.drain();
  load.close();
  return load.verdict();
}

// Each of those that lose something waits for it: better all at once.
describe.concurrent('the load between pairs', () => {
  it('finds nothing wrong with a relay that keeps its promises', async () => {
    const verdict = await judge(await startRelay((message) => [message]));
    expect(verdict).toMatchObject({ sent: 10, lost: 0, doubled: 0, reordered: 0, unacked: 0, refused: 0 });
    expect(describeVerdict(verdict)).toBeUndefined();
  });

  it('catches a message that is lost', async () => {
    const verdict = await judge(await startRelay((message, nth) => (nth === 4 ? [] : [message])));
    expect(verdict).toMatchObject({ lost: 1, doubled: 0, reordered: 0 });
    expect(describeVerdict(verdict)).toContain('1 lost');
  });

  it('catches the last message being lost', async () => {
    const verdict = await judge(await startRelay((message, nth) => (nth === 10 ? [] : [message])));
    expect(verdict).toMatchObject({ lost: 1, doubled: 0 });
  });

  it('catches a message that is doubled', async () => {
    const verdict = await judge(
      await startRelay((message, nth) => (nth === 4 ? [message, message] : [message])),
    );
    expect(verdict).toMatchObject({ lost: 0, doubled: 1, reordered: 0 });
    expect(describeVerdict(verdict)).toContain('1 doubled');
  });

  it('catches two messages that changed places', async () => {
    let held = '';
    const verdict = await judge(
      await startRelay((message, nth) => {
        if (nth === 4) held = message;
        return nth === 4 ? [] : nth === 5 ? [message, held] : [message];
      }),
    );
    expect(verdict).toMatchObject({ lost: 0, doubled: 0, reordered: 1 });
    expect(describeVerdict(verdict)).toContain('1 reordered');
  });

  it('catches numbers of a chat that go backwards', async () => {
    const verdict = await judge(
      await startRelay((message, nth) => [message.replace('}', `,"seq":${nth === 7 ? 2 : nth}}`)]),
    );
    expect(verdict).toMatchObject({ lost: 0, doubled: 0, reordered: 1 });
  });

  it('catches a send that is never answered, and one that is answered twice', async () => {
    const verdict = await judge(
      await startRelay(
        (message) => [message],
        (nth) => (nth === 3 ? 0 : nth === 5 ? 2 : 1),
      ),
    );
    expect(verdict).toMatchObject({ lost: 0, unacked: 1, doubled: 1 });
    expect(describeVerdict(verdict)).toContain('1 unanswered');
  });

  it('catches a message that reaches somebody else', async () => {
    const port = await startRelay((message) => [message]);
    const users = ['a', 'b', 'c', 'd'].map((id) => ({ id, token: id }));
    const wire = {
      ...wsRelayWire,
      encodeSend: (request: number, to: string, content: string, clientId: string) =>
        wsRelayWire.encodeSend(request, to === 'b' ? 'c' : to, content, clientId),
    };
    const load = await openPairLoad({ port, wire, users, drainMs: DRAIN_MS });
    load.send(0);
    await load.drain();
    load.close();
    expect(load.verdict()).toMatchObject({ lost: 1, doubled: 1 });
  });
});
