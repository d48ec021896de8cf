import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryStorage } from '../src/index.js';
import { type LossyProxy, startLossyProxy } from './support/lossy.proxy.js';
import { patientFetch } from './support/patient.fetch.js';
import { nextEvent, until, useTestServer } from './support/test-server.js';

const { newClient, newPerson, url } = useTestServer({}, { limits: { messagesPerSecond: 8 } });
const quick = { reconnect: { baseMs: 50, maxMs: 100 } };

let proxy: LossyProxy;
beforeAll(async () => {
  proxy = await startLossyProxy(Number(new URL(url()).port));
  return () => proxy.close();
});
afterEach(() => {
  proxy.restore();
  proxy.drop = () => false;
});

describe('a message that is sent without a network', () => {
  it('waits, and arrives in order once there is one', async () => {
    const ann = await newPerson('ann', { ...quick, url: proxy.url });
    const bob = await newPerson('bob');
    proxy.cut();
    await until(ann.status, (status) => status === 'offline');
    const timeline = ann.chats.open({ userId: bob.user.id });
    for (const content of ['1', '2', '3']) ann.messages.send({ userId: bob.user.id, content });
    await until(
      timeline.messages,
      (shown) => shown.length === 3 && shown.every(({ status }) => status === 'pending'),
    );
    expect(ann.messages.pending.value).toBe(3);
    expect(ann.chats.list.value[0]).toMatchObject({
      id: `user:${bob.user.id}`,
      lastMessage: { content: '3' },
    });

    const last = nextEvent(bob, 'message', ({ message }) => message.content === '3');
    proxy.restore();
    expect((await last).message.seq).toBe(3);
    const shown = await until(timeline.messages, (all) => all.every(({ status }) => status === 'delivered'));
    expect(shown.map(({ content, seq }) => [content, seq])).toEqual([
      ['1', 1],
      ['2', 2],
      ['3', 3],
    ]);
    expect(ann.messages.pending.value).toBe(0);
  });

  it('survives a reload, and is sent by the client that comes after it', async () => {
    const bob = await newPerson('bob');
    const storage = createMemoryStorage();
    const before = await newPerson('ann', { ...quick, url: proxy.url, storage });
    proxy.cut();
    await until(before.status, (status) => status === 'offline');
    const { clientId } = before.messages.send({ userId: bob.user.id, content: 'kept' });
    await before.close();

    const after = newClient({ ...quick, url: proxy.url, storage });
    await after.ready;
    const timeline = after.chats.open({ userId: bob.user.id });
    await until(timeline.messages, ([only]) => only?.key === clientId && only.status === 'pending');
    const received = nextEvent(bob, 'message');
    proxy.restore();
    expect((await received).message.content).toBe('kept');
    const [message] = await until(timeline.messages, ([only]) => only?.status === 'delivered');
    expect(message).toMatchObject({ key: clientId, seq: 1 });
  });
});

describe('a message whose ack is lost', () => {
  it('is sent again with the same clientId and stands there once', async () => {
    const ann = await newPerson('ann', { ...quick, url: proxy.url, timeoutMs: 2_000, fetch: patientFetch });
    const bob = await newPerson('bob');
    let lost = 0;
    proxy.drop = (frame) => frame.startsWith('43') && frame.includes('"clientId"') && lost++ < 2;
    await ann.messages.send({ userId: bob.user.id, content: 'once' }).acknowledged;
    expect(lost).toBeGreaterThan(0);
    await ann.messages.send({ userId: bob.user.id, content: 'next' }).acknowledged;
    const timeline = bob.chats.open({ userId: ann.user.id });
    const shown = await until(timeline.messages, (all) => all.length >= 2);
    expect(shown.map(({ content }) => content)).toEqual(['once', 'next']);
  });
});

describe('a message with a key of its own', () => {
  it('is the same message, however often it is sent', async () => {
    const ann = await newPerson('ann');
    const bob = await newPerson('bob');
    const timeline = ann.chats.open({ userId: bob.user.id });
    const answer = { userId: bob.user.id, content: 'once', clientId: 'answer:1' };
    const [first, second] = [ann.messages.send(answer), ann.messages.send(answer)];
    const { id } = await first.acknowledged;
    expect((await second.acknowledged).id).toBe(id);
    await until(timeline.messages, ([only]) => only?.seq === 1);
    expect((await ann.messages.send(answer).acknowledged).id).toBe(id);
    await ann.messages.send({ userId: bob.user.id, content: 'another' }).acknowledged;
    const shown = await until(timeline.messages, (all) => all.some(({ content }) => content === 'another'));
    expect(shown.map(({ content }) => content)).toEqual(['once', 'another']);
    expect(ann.messages.pending.value).toBe(0);
  });
});

describe('a message that the server refuses', () => {
  it('fails with the reason, lets the next one pass, and can be sent again or dropped', async () => {
    const ann = await newPerson('ann');
    const bob = await newPerson('bob');
    const timeline = ann.chats.open({ userId: bob.user.id });
    const failed = nextEvent(ann, 'send_failed');
    const bad = ann.messages.send({ userId: bob.user.id, content: 'x'.repeat(10_001) });
    const good = ann.messages.send({ userId: bob.user.id, content: 'fine' });
    await expect(bad.acknowledged).rejects.toMatchObject({ code: 'invalid_request' });
    expect((await failed).message).toMatchObject({ status: 'failed', failure: { code: 'invalid_request' } });
    await good.acknowledged;
    const shown = await until(timeline.messages, (all) => all.some(({ seq }) => seq === 1));
    expect(shown.map(({ status }) => status).sort()).toContain('failed');

    const again = nextEvent(ann, 'send_failed');
    ann.messages.retry(bad.clientId);
    await again;
    ann.messages.discard(bad.clientId);
    await until(timeline.messages, (all) => all.length === 1);
    expect(ann.messages.pending.value).toBe(0);
  });

  it('waits as long as it is told when there are too many, and loses none', async () => {
    const ann = await newPerson('ann');
    const bob = await newPerson('bob');
    // Five times the rate passes at once; the rest has to wait.
    const contents = Array.from({ length: 50 }, (_, n) => `burst ${n}`);
    const received: string[] = [];
    bob.on('message', ({ message }) => received.push(message.content));
    const sent = contents.map((content) => ann.messages.send({ userId: bob.user.id, content }).acknowledged);
    await Promise.all(sent);
    await until(bob.chats.list, () => received.length === contents.length);
    expect(received).toEqual(contents);
  });
});
