import { LOBBY_CHAT_ID } from '@parley/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { closeClients, enter } from './live.client.js';
import {
  type LiveOptions,
  type LiveServer,
  prepareDatabase,
  startLive,
  type TestUser,
} from './live.fixture.js';

let database: TestDatabase;
let server: LiveServer;
/** Lets nobody go: whoever comes back comes in time, however slow the machine is. */
let patient: LiveServer;
const started: LiveServer[] = [];

async function start(options: LiveOptions = {}): Promise<LiveServer> {
  const live = await startLive(database, options);
  started.push(live);
  return live;
}

/** Two people who share a chat. */
async function acquaint(live: LiveServer): Promise<[TestUser, TestUser, string]> {
  const [ann, ben] = [await live.newUser(), await live.newUser()];
  const { view } = await live.services.messages.send(ann.actor, {
    to: ben.id,
    content: 'hi',
    messageType: 'text',
  });
  return [ann, ben, view.chat.id];
}

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareDatabase(database);
  server = await start({ presenceGraceMs: 100, typingExpiryMs: 300 });
  patient = await start({ presenceGraceMs: 600_000, typingExpiryMs: 600_000 });
});
afterEach(closeClients);
afterAll(async () => {
  for (const live of started) await live.close();
  await database.close();
});

describe('presence', () => {
  it('is told to people who share a chat, and to nobody else', async () => {
    const [ann, ben] = await acquaint(server);
    const stranger = await enter(server, await server.newUser());
    const watcher = await enter(server, ben);
    const client = await enter(server, ann);
    expect(await watcher.waitFor('user_online')).toEqual({
      userId: ann.id,
      username: ann.username,
      status: 'online',
    });
    await client.call('update_status', { status: 'busy' });
    expect(await watcher.waitFor('user_status_changed')).toEqual({
      userId: ann.id,
      status: 'busy',
      lastSeen: null,
    });
    client.socket.disconnect();
    expect(await watcher.waitFor('user_offline')).toEqual({
      userId: ann.id,
      username: ann.username,
      status: 'offline',
    });
    expect(stranger.received.map(({ name }) => name)).toEqual(['connect', 'authenticated', 'unread_count']);
  });

  it('does not flicker when a device comes back in time', async () => {
    const [ann, ben] = await acquaint(patient);
    const watcher = await enter(patient, ben);
    const client = await enter(patient, ann);
    await watcher.waitFor('user_online');
    client.socket.disconnect();
    const again = await enter(patient, ann);
    await again.call('update_status', { status: 'away' });
    await watcher.waitFor('user_status_changed');
    expect(watcher.all('user_offline')).toEqual([]);
    expect(watcher.all('user_online')).toHaveLength(1);
  });

  it('stays while one of several devices is there', async () => {
    const [ann, ben] = await acquaint(server);
    const watcher = await enter(server, ben);
    const [first, second] = [await enter(server, ann), await enter(server, ann)];
    await watcher.waitFor('user_online');
    first.socket.disconnect();
    await second.call('update_status', { status: 'away' });
    await watcher.waitFor('user_status_changed');
    expect(server.services.presence.statusOf(ann.id).status).toBe('away');
    expect(watcher.all('user_offline')).toEqual([]);
  });

  it('of an invisible user looks like that of one who left', async () => {
    const [ann, ben] = await acquaint(patient);
    const watcher = await enter(patient, ben);
    const client = await enter(patient, ann);
    await watcher.waitFor('user_online');
    await client.call('update_status', { status: 'offline' });
    await watcher.waitFor('user_offline');
    const { lastSeen } = patient.services.presence.statusOf(ann.id);
    client.socket.disconnect();
    const returned = await enter(patient, ann);
    await returned.call('sync', {});
    expect(watcher.all('user_online')).toHaveLength(1);
    expect(patient.services.presence.statusOf(ann.id)).toEqual({ status: 'offline', lastSeen });
  });

  it('of users one watches is told too, until the list is replaced', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const watcher = await enter(server, ben);
    const answer = await watcher.call('watch_presence', { userIds: [ann.id, '0'.repeat(24)] });
    expect(answer).toEqual({ ok: true, users: [{ userId: ann.id, status: 'offline', lastSeen: null }] });
    const client = await enter(server, ann);
    await watcher.waitFor('user_online', ({ userId }) => userId === ann.id);
    await watcher.call('watch_presence', { userIds: [] });
    const before = watcher.received.length;
    await client.call('update_status', { status: 'busy' });
    await client.call('sync', {});
    await watcher.call('sync', {});
    expect(watcher.received.slice(before)).toEqual([]);
  });

  it('is stored when somebody leaves', async () => {
    const [ann] = await acquaint(server);
    const client = await enter(server, ann);
    client.socket.disconnect();
    await expect
      .poll(async () => (await server.services.directory.get(ann.id)).lastSeen)
      .toBeInstanceOf(Date);
    await expect
      .poll(async () => (await server.services.accounts.profile(ann.actor)).lastSeen)
      .toBeInstanceOf(Date);
  });
});

describe('typing', () => {
  it('is told to the other people of the chat and ends by itself', async () => {
    const [ann, ben, chatId] = await acquaint(server);
    const [writer, own, reader] = [
      await enter(server, ann),
      await enter(server, ann),
      await enter(server, ben),
    ];
    const stranger = await enter(server, await server.newUser());
    await writer.call('typing', { to: ben.id, isTyping: true });
    expect(await reader.waitFor('typing_status')).toEqual({
      from: ann.id,
      chatId,
      isTyping: true,
      timestamp: expect.any(String),
    });
    expect(await reader.waitFor('typing_status', ({ isTyping }) => !isTyping)).toMatchObject({
      from: ann.id,
    });
    expect([
      ...own.all('typing_status'),
      ...writer.all('typing_status'),
      ...stranger.all('typing_status'),
    ]).toEqual([]);
  });

  it('stops at once when the client says so', async () => {
    const [ann, ben, chatId] = await acquaint(patient);
    const [writer, reader] = [await enter(patient, ann), await enter(patient, ben)];
    await writer.call('typing', { chatId, isTyping: true });
    await writer.call('typing', { chatId, isTyping: false });
    await reader.waitFor('typing_status', ({ isTyping }) => !isTyping);
    expect(reader.all('typing_status')).toHaveLength(2);
  });

  it('to somebody without a chat is fine and told to nobody', async () => {
    const [ann, ben] = [await server.newUser(), await server.newUser()];
    const [writer, reader] = [await enter(server, ann), await enter(server, ben)];
    expect(await writer.call('typing', { to: ben.id, isTyping: true })).toEqual({ ok: true });
    await reader.call('sync', {});
    expect(reader.all('typing_status')).toEqual([]);
  });

  it('in the lobby is told to those who listen there', async () => {
    const [writer, listener, other] = [
      await enter(server, await server.newUser()),
      await enter(server, await server.newUser()),
      await enter(server, await server.newUser()),
    ];
    expect(await listener.call('join_chat', LOBBY_CHAT_ID)).toMatchObject({
      ok: true,
      chatId: LOBBY_CHAT_ID,
    });
    await writer.call('join_chat', { chatId: LOBBY_CHAT_ID });
    await writer.call('typing', { chatId: LOBBY_CHAT_ID, isTyping: true });
    await listener.waitFor('typing_status');
    expect([...other.all('typing_status'), ...writer.all('typing_status')]).toEqual([]);
  });

  it('in a chat of others is refused', async () => {
    const [, , chatId] = await acquaint(server);
    const stranger = await enter(server, await server.newUser());
    expect(await stranger.call('typing', { chatId, isTyping: true })).toMatchObject({
      ok: false,
      error: { code: 'chat_not_found' },
    });
    expect(await stranger.call('join_chat', { chatId })).toMatchObject({
      ok: false,
      error: { code: 'chat_not_found' },
    });
  });
});
