import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { closeClients, connect, enter } from './live.client.js';
import { type LiveServer, prepareDatabase, startLive } from './live.fixture.js';

let database: TestDatabase;
let server: LiveServer;

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareDatabase(database);
  server = await startLive(database);
});
afterEach(closeClients);
afterAll(async () => {
  await server.close();
  await database.close();
});

describe('a message over Socket.IO', () => {
  it('reaches every device of both people but the sending one, which has the notice and the ack', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const [sending, other, first, second] = [
      await enter(server, ann),
      await enter(server, ann),
      await enter(server, ben),
      await enter(server, ben, {}, { transports: ['polling'] }),
    ];
    const ack = await sending.call('send_message', { to: ben.id, content: 'hello', clientId: 'key-1' });
    expect(ack).toMatchObject({
      ok: true,
      clientId: 'key-1',
      message: { content: 'hello', sender: ann.id, receiver: ben.id, seq: 1, rev: 1 },
    });
    for (const device of [other, first, second]) {
      const message = await device.waitFor('new_message');
      expect(message).toMatchObject({
        messageId: ack.messageId,
        id: ack.messageId,
        chatId: ack.chatId,
        content: 'hello',
        timestamp: ack.timestamp,
      });
      expect(message.clientId).toBe(device === other ? 'key-1' : undefined);
    }
    expect(await sending.waitFor('message_sent')).toEqual({
      messageId: ack.messageId,
      chatId: ack.chatId,
      timestamp: ack.timestamp,
      clientId: 'key-1',
      seq: 1,
      rev: 1,
    });
    await sending.waitFor('message_delivered');
    expect(sending.all('new_message')).toEqual([]);
    expect(sending.all('message_sent')).toHaveLength(1);
  });

  it('keeps the order of one connection without waiting for acks', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const [sender, reader] = [await enter(server, ann), await enter(server, ben)];
    const contents = Array.from({ length: 60 }, (_, index) => `message ${index}`);
    const acks = await Promise.all(
      contents.map((content) => sender.call('send_message', { to: ben.id, content })),
    );
    expect(acks.map(({ message }) => message.seq)).toEqual(contents.map((_, index) => index + 1));
    await reader.waitFor('new_message', ({ seq }) => seq === contents.length);
    expect(reader.all('new_message').map(({ content }) => content)).toEqual(contents);
    expect(sender.all('message_sent').map(({ seq }) => seq)).toEqual(contents.map((_, index) => index + 1));
  });

  it('hands sends over without waiting for the ones before, once the chat is known', async () => {
    let underWay = 0;
    let most = 0;
    let mostBesideFirst: number | undefined;
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const { send } = server.services.messages;
    const calls = vi.spyOn(server.services.messages, 'send').mockImplementation(async (...args) => {
      underWay += 1;
      most = Math.max(most, underWay);
      return send(...args).finally(() => {
        underWay -= 1;
        mostBesideFirst ??= most;
      });
    });
    const sender = await enter(server, ann);
    const ends = Array.from({ length: 30 }, (_, n) =>
      sender.call('send_message', { to: ben.id, content: `${n}` }),
    );
    await Promise.all(ends);
    // The first one goes alone: the service may have to look its chat up.
    expect(mostBesideFirst).toBe(1);
    expect(most).toBeGreaterThan(1);
    expect(calls.mock.calls.map(([, { content }]) => content)).toEqual(ends.map((_, n) => `${n}`));
  });

  it('gives the original ack when clientId repeats, and tells nobody again', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const [sender, reader] = [await enter(server, ann), await enter(server, ben)];
    const once = await sender.call('send_message', { to: ben.id, content: 'once', clientId: 'k' });
    const again = await sender.call('send_message', { to: ben.id, content: 'once', clientId: 'k' });
    expect(again.messageId).toBe(once.messageId);
    await sender.call('send_message', { to: ben.id, content: 'once', clientId: 'k' });
    const conflict = await sender.call('send_message', { to: ben.id, content: 'other', clientId: 'k' });
    expect(conflict).toMatchObject({ ok: false, error: { code: 'client_id_conflict', status: 409 } });
    await sender.call('send_message', { to: ben.id, content: 'last' });
    await reader.waitFor('new_message', ({ content }) => content === 'last');
    expect(reader.all('new_message')).toHaveLength(2);
    expect(
      sender
        .all('message_sent')
        .map(({ messageId }) => messageId)
        .slice(0, 3),
    ).toEqual([once.messageId, once.messageId, once.messageId]);
  });

  it('tells everyone of an edit and a deletion with what the watermarks say, in order of revision', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const [sender, reader] = [await enter(server, ann), await enter(server, ben)];
    const { messageId, chatId } = await sender.call('send_message', { to: ben.id, content: 'first' });
    expect(await reader.call('read_receipt', { messageId, chatId })).toMatchObject({
      ok: true,
      readSeq: 1,
      unreadCount: 0,
    });
    expect(await sender.waitFor('message_read')).toMatchObject({
      messageId,
      readerId: ben.id,
      chatId,
      readSeq: 1,
    });
    // The edit looks its receipts up: the next message must not pass it.
    const [edited] = await Promise.all([
      sender.call('edit_message', { messageId, content: 'better' }),
      sender.call('send_message', { to: ben.id, content: 'second' }),
    ]);
    expect(edited).toMatchObject({ ok: true, message: { content: 'better', isRead: true } });
    await sender.call('delete_message', { messageId });
    const deleted = await reader.waitFor('message_deleted');
    expect(deleted).toMatchObject({ id: messageId, content: '', for: 'everyone' });
    expect(await reader.waitFor('message_updated')).toMatchObject({
      id: messageId,
      content: 'better',
      isRead: true,
    });
    const revs = reader.received
      .filter(({ payload }) => payload?.rev !== undefined)
      .map(({ payload }) => payload.rev);
    expect(revs).toEqual([1, 2, 3, 4]);
  });

  it('lets no message pass an edit whose receipts take long to look up, nor loses either when they fail', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const [sender, reader] = [await enter(server, ann), await enter(server, ben)];
    const { messageId } = await sender.call('send_message', { to: ben.id, content: 'first' });
    let fail: (() => void) | undefined;
    vi.spyOn(server.services.receipts, 'watermarksOf').mockReturnValueOnce(
      new Promise((_resolve, reject) => {
        fail = () => reject(new Error('the database is away'));
      }),
    );
    await sender.call('edit_message', { messageId, content: 'better' });
    await sender.call('send_message', { to: ben.id, content: 'second' });
    await reader.call('sync', {});
    expect(reader.all('new_message')).toHaveLength(1);
    fail?.();
    await reader.waitFor('new_message', ({ content }) => content === 'second');
    expect(reader.received.flatMap(({ payload }) => payload?.rev ?? [])).toEqual([1, 2, 3]);
  });

  it('tells only the other devices of one person who hides a message', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const [sender, hiding, other] = [
      await enter(server, ann),
      await enter(server, ben),
      await enter(server, ben),
    ];
    const { messageId } = await sender.call('send_message', { to: ben.id, content: 'secret' });
    const ack = await hiding.call('delete_message', { messageId, for: 'me' });
    expect(ack).toMatchObject({ ok: true, message: { id: messageId, content: '' } });
    expect(await other.waitFor('message_deleted')).toMatchObject({ id: messageId, content: '', for: 'me' });
    await hiding.call('send_message', { to: ann.id, content: 'next' });
    await sender.waitFor('new_message');
    expect(sender.all('message_deleted')).toEqual([]);
    expect(hiding.all('message_deleted')).toEqual([]);
  });

  it('counts as delivered once a device of the receiver got it, and tells the sender', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const sender = await enter(server, ann);
    const { chatId } = await sender.call('send_message', { to: ben.id, content: 'nobody there' });
    const reader = await enter(server, ben);
    expect(await reader.waitFor('unread_count')).toEqual({ total: 1, chats: [{ chatId, unreadCount: 1 }] });
    expect(sender.all('message_delivered')).toEqual([]);
    await sender.call('send_message', { to: ben.id, content: 'somebody there' });
    expect(await sender.waitFor('message_delivered')).toEqual({ chatId, userId: ben.id, deliveredSeq: 2 });
  });
});

describe('a client event', () => {
  it('is refused with every issue when its payload is wrong', async () => {
    const client = await enter(server, await server.newUser());
    const ack = await client.call('send_message', { to: 'nonsense', content: ' ' });
    expect(ack).toMatchObject({ ok: false, error: { code: 'invalid_request', status: 400 } });
    expect(ack.error.issues.map(({ path }: { path: string }) => path).sort()).toEqual(['content', 'to']);
  });

  it('has its error as an event when there is no ack', async () => {
    const client = await enter(server, await server.newUser());
    client.socket.emit('join_chat', '000000000000000000000009');
    expect(await client.waitFor('error')).toEqual({ code: 'chat_not_found', message: expect.any(String) });
  });

  it.each([
    ['an unknown name', ['no_such_event', {}], 'unknown_event'],
    ['a name that is a number', [42, {}], 'unknown_event'],
    ['the name of an inherited property', ['constructor', {}], 'unknown_event'],
    ['the name error', ['error', new Error('x')], 'unknown_event'],
    ['no payload', ['send_message'], 'invalid_request'],
    ['null for a payload', ['typing', null], 'invalid_request'],
    ['an array for a payload', ['sync', []], 'invalid_request'],
    ['bytes for a payload', ['send_message', Buffer.from('x')], 'invalid_request'],
    ['bytes inside a payload', ['send_message', { to: Buffer.from('x'), content: 'y' }], 'invalid_request'],
  ] as const)('answers %s with a code and goes on', async (_what, args, code) => {
    const client = await enter(server, await server.newUser());
    const ack = await client.call(...(args as unknown as [string, ...unknown[]]));
    expect(ack).toMatchObject({ ok: false, error: { code } });
    expect(await client.call('sync', { chats: {} })).toMatchObject({ ok: true });
  });

  it('is refused until the connection is authenticated', async () => {
    const client = connect(server);
    await client.waitFor('connect');
    expect(await client.call('sync', {})).toMatchObject({
      ok: false,
      error: { code: 'authentication_required' },
    });
  });
});
