import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOBBY_ID } from '../src/index.js';
import { type LossyProxy, startLossyProxy } from './support/lossy.proxy.js';
import { essence, expectFaultless, type Observer, observe } from './support/observer.js';
import { patientFetch } from './support/patient.fetch.js';
import { createRandom, readSeed } from './support/random.js';
import { type Person, until, useTestServer } from './support/test-server.js';

const { newPerson, url } = useTestServer(
  {},
  { limits: { messagesPerSecond: 10_000, requestsPerSecond: 10_000 } },
);
const LOSS = 0.05;
const SENDS = 120;

let proxy: LossyProxy;
beforeAll(async () => {
  proxy = await startLossyProxy(Number(new URL(url()).port));
});
afterAll(() => proxy.close());

/** Short times, so that what is lost is soon missed. */
const hurried = {
  timeoutMs: 1_000,
  fetch: patientFetch,
  heartbeatMs: 400,
  holeGraceMs: 50,
  reconnect: { baseMs: 50, maxMs: 200 },
};

/** Whether the client has nothing left to send. */
const settled = (client: Person) => until(client.messages.pending, (pending) => pending === 0, 60_000);

/** Resolves when the observer has seen what the server holds of the chat. */
function converged(client: Person, observer: Observer, rev: number): Promise<unknown> {
  const reached = () => Math.max(0, ...[...observer.messages.values()].map((message) => message.rev)) >= rev;
  return until(client.chats.list, reached, 60_000);
}

describe('a network that loses 5% of what the server sends', () => {
  it('leaves every observer of a direct chat with the same messages, each change told once and in order', async () => {
    const random = createRandom(readSeed());
    const through = { ...hurried, url: proxy.url };
    const ann = await newPerson('ann', through);
    const bob = await newPerson('bob', through);
    const bobsPhone = await newPerson('phone', through);
    await bobsPhone.account.logout();
    await bobsPhone.account.login({ identifier: bob.username, password: 'Password123' });
    await until(bobsPhone.status, (status) => status === 'online');
    const everyone = [ann, bob, bobsPhone];
    const observers = everyone.map(observe);

    const { dropped } = proxy;
    // Events and acks alike, but not the handshake and the heartbeat of the transport.
    proxy.drop = (frame) => frame.startsWith('4') && !frame.startsWith('40') && random() < LOSS;
    const changes: Promise<void>[] = [];
    for (let n = 0; n < SENDS; n += 1) {
      const [from, to] = random() < 0.5 ? [ann, bob] : [bob, ann];
      const { acknowledged } = from.messages.send({ userId: to.user.id, content: `message ${n}` });
      const own = acknowledged.then(async ({ id }) => {
        if (random() < 0.2) await from.messages.edit(id, `edited ${n}`);
        if (random() < 0.1) await from.messages.remove(id);
      });
      changes.push(own);
      if (random() < 0.4) await own;
    }
    await Promise.all([settled(ann), settled(bob), ...changes]);
    await ann.sync();
    const [chat] = ann.chats.list.value;
    const rev = Math.max(...[...observers[0]!.messages.values()].map((message) => message.rev));
    await Promise.all(everyone.map((client, index) => converged(client, observers[index]!, rev)));
    proxy.drop = () => false;

    expect(proxy.dropped - dropped).toBeGreaterThan(10);
    const { messages } = await ann.call('getConversation', {
      params: { userId: bob.user.id },
      query: { limit: 100 },
    });
    const older = await ann.call('getConversation', {
      params: { userId: bob.user.id },
      query: { limit: 100, before: messages[0]!.seq },
    });
    const truth = essence([...older.messages, ...messages] as never[]);
    expect(truth.length).toBe(SENDS);
    for (const observer of observers) expect(essence(observer.messages.values())).toEqual(truth);
    expectFaultless(...observers);
    expect(chat?.id).toBe(messages[0]?.chatId);
  }, 180_000);

  it('leaves the lobby the same for everybody', async () => {
    const random = createRandom(readSeed());
    const people = await Promise.all(
      ['ann', 'bob', 'cid'].map((name) => newPerson(name, { ...hurried, url: proxy.url })),
    );
    const observers = people.map(observe);
    proxy.drop = (frame) => frame.startsWith('4') && !frame.startsWith('40') && random() < LOSS;
    for (let n = 0; n < 60; n += 1) {
      people[n % people.length]!.messages.send({ chatId: LOBBY_ID, content: `lobby ${n}` });
    }
    await Promise.all(people.map(settled));
    await Promise.all(
      people.map((client, index) =>
        until(client.chats.list, () => observers[index]!.messages.size >= 60, 60_000),
      ),
    );
    proxy.drop = () => false;
    const [first, ...others] = observers.map(({ messages }) => essence(messages.values()));
    expect(first?.length).toBe(60);
    for (const other of others) expect(other).toEqual(first);
    expectFaultless(...observers);
  }, 180_000);
});
