import { describe, expect, it } from 'vitest';
import { LOBBY_ID, type Timeline } from '../src/index.js';
import { createMemoryStorage } from '../src/storage/memory.storage.js';
import { nextEvent, type Person, until, useTestServer } from './support/test-server.js';

const { newClient, newPerson } = useTestServer(
  {},
  { limits: { messagesPerSecond: 10_000, requestsPerSecond: 10_000 } },
);

const seqs = (timeline: Timeline) => timeline.messages.value.map(({ seq }) => seq);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** Two people with `count` messages between them, and a client of the second one that has just signed in. */
async function withHistory(count: number, pageSize: number) {
  const ann = await newPerson('ann');
  const bob = await newPerson('bob');
  for (let n = 1; n <= count; n += 1) {
    await ann.call('sendMessage', { body: { to: bob.user.id, content: `message ${n}` } });
  }
  const reader = newClient({ pageSize });
  await reader.account.login({ identifier: bob.username, password: 'Password123' });
  await until(reader.status, (status) => status === 'online');
  return { ann, bob, reader };
}

describe('a timeline', () => {
  it('begins with the newest page and fetches older ones until there are no more', async () => {
    const { ann, reader } = await withHistory(25, 10);
    const timeline = reader.chats.open({ userId: ann.user.id });
    await until(timeline.messages, (all) => all.length > 1);
    expect(seqs(timeline)).toEqual(range(15, 25));
    expect(timeline.state.value).toEqual({ hasOlder: true, hasNewer: false, isLoading: false });
    await timeline.loadOlder();
    await timeline.loadOlder();
    expect(seqs(timeline)).toEqual(range(1, 25));
    expect(timeline.state.value.hasOlder).toBe(false);
    await timeline.loadOlder();
    expect(seqs(timeline)).toEqual(range(1, 25));
  });

  it('jumps to a search hit and grows back to the end, while new messages come', async () => {
    const { ann, bob, reader } = await withHistory(60, 10);
    const timeline = reader.chats.open({ userId: ann.user.id });
    const [hit] = await reader.messages.search({ q: 'message 20' });
    await timeline.jumpTo(20);
    expect(hit?.content).toBe('message 20');
    expect(seqs(timeline)).toEqual(range(15, 24));
    expect(timeline.state.value).toMatchObject({ hasOlder: true, hasNewer: true });

    const received = nextEvent(reader, 'message');
    await ann.messages.send({ userId: bob.user.id, content: 'new' }).acknowledged;
    await received;
    expect(seqs(timeline)).toEqual(range(15, 24));
    const edited = nextEvent(reader, 'message_updated');
    await ann.messages.edit(timeline.messages.value[5]!.id, 'changed in the past');
    await edited;
    await until(timeline.messages, (all) => all[5]?.content === 'changed in the past');

    while (timeline.state.value.hasNewer) await timeline.loadNewer();
    expect(seqs(timeline)).toEqual(range(15, 61));
    await timeline.jumpTo(3);
    timeline.jumpToLatest();
    expect(seqs(timeline).at(-1)).toBe(61);
    expect(timeline.state.value.hasNewer).toBe(false);
  });

  it('leaves out what the user has hidden, on all devices', async () => {
    const { ann, bob, reader } = await withHistory(12, 5);
    const timeline = reader.chats.open({ userId: ann.user.id });
    await until(timeline.messages, (all) => all.length > 1);
    const other = bob.chats.open({ userId: ann.user.id });
    await until(other.messages, (all) => all.length >= 12);
    await reader.messages.remove(timeline.messages.value.at(-1)!.id, 'me');
    await until(timeline.messages, (all) => all.at(-1)?.seq === 11);
    await until(other.messages, (all) => all.at(-1)?.seq === 11);
    await timeline.loadOlder();
    expect(seqs(timeline)).toEqual(range(2, 11));
  });

  it('reads the past of the lobby, whatever was changed there since', async () => {
    const ann = await newPerson('ann');
    const ids: string[] = [];
    for (let n = 1; n <= 40; n += 1) {
      const body = { chatId: LOBBY_ID, content: `lobby ${n}` };
      ids.push((await ann.call('sendMessage', { body })).message.id);
      if (n % 3 === 0) await ann.messages.edit(ids[n - 3]!, `edited ${n - 2}`);
      if (n % 7 === 0) await ann.messages.remove(ids[n - 7]!);
      if (n % 10 === 0) await ann.messages.remove(ids[n - 10]!, 'me');
    }
    for (const late of [1, 12, 39]) await ann.messages.edit(ids[late]!, `edited late ${late}`);
    const bob: Person = await newPerson('bob', { pageSize: 10, keepMessages: 5 });
    const timeline = bob.chats.open({ chatId: LOBBY_ID });
    await until(timeline.messages, (all) => all.length >= 5);
    while (timeline.state.value.hasOlder) await timeline.loadOlder();
    expect(seqs(timeline)).toEqual(range(1, 40));
    timeline.close();
    const again = bob.chats.open({ chatId: LOBBY_ID });
    while (again.state.value.hasOlder) await again.loadOlder();
    expect(seqs(again)).toEqual(range(1, 40));
    ann.chats.open({ chatId: LOBBY_ID });
    ann.typing.press({ chatId: LOBBY_ID });
    await until(bob.typing.in(LOBBY_ID), (ids) => ids.includes(ann.user.id));
  });
});

describe('a cache that does not fit the server', () => {
  /** The storage of a client that has seen one chat with three messages, changed by `spoil`. */
  async function spoiled(spoil: (entries: Map<string, unknown>) => void) {
    const storage = createMemoryStorage();
    const ann = await newPerson('ann');
    const bob = await newPerson('bob', { storage });
    for (const content of ['1', '2', '3'])
      await ann.messages.send({ userId: bob.user.id, content }).acknowledged;
    await until(bob.chats.list, ([chat]) => chat?.lastMessage?.content === '3');
    await bob.close();
    const entries = new Map(await storage.list('user/'));
    spoil(entries);
    await storage.write(entries);
    const again = newClient({ storage });
    return { ann, again };
  }

  it('starts a chat over whose revision the server has not reached', async () => {
    const { ann, again } = await spoiled((entries) => {
      for (const [key, value] of entries) {
        if (key.includes('/chat/')) entries.set(key, { ...(value as object), rev: 99, seq: 99 });
      }
    });
    await nextEvent(again, 'chat_reset');
    const timeline = again.chats.open({ userId: ann.user.id });
    await until(timeline.messages, (all) => all.map(({ content }) => content).join() === '1,2,3');
    await until(again.chats.unread, (unread) => unread === 3);
  });

  it('starts everything over on another database, and drops what is not there', async () => {
    const { ann, again } = await spoiled((entries) => {
      for (const [key, value] of entries) {
        if (key.endsWith('/meta')) entries.set(key, { ...(value as object), epoch: 'another' });
        if (!key.includes('/chat/')) continue;
        const foreign = 'f'.repeat(24);
        entries.set(key.replace(/[^/]+$/, foreign), {
          ...(value as object),
          id: foreign,
          participants: [{ id: foreign }],
        });
      }
    });
    await nextEvent(again, 'chat_removed');
    const chats = await until(again.chats.list, (all) => all.some(({ peer }) => peer?.id === ann.user.id));
    expect(chats.filter(({ isLobby }) => !isLobby).length).toBe(1);
    const timeline = again.chats.open({ userId: ann.user.id });
    await until(timeline.messages, (all) => all.map(({ content }) => content).join() === '1,2,3');
  });

  it('drops a chat that is gone', async () => {
    const gone = 'f'.repeat(24);
    const { ann, again } = await spoiled((entries) => {
      for (const [key, value] of [...entries]) {
        if (!key.includes('/chat/')) continue;
        entries.set(key.replace(/[^/]+$/, gone), {
          ...(value as object),
          id: gone,
          participants: [{ id: gone }],
        });
      }
    });
    expect((await nextEvent(again, 'chat_removed')).chatId).toBe(gone);
    const chats = await until(again.chats.list, (all) => all.some(({ peer }) => peer?.id === ann.user.id));
    expect(chats.filter(({ isLobby }) => !isLobby).length).toBe(1);
    await until(again.status, (status) => status === 'online');
  });
});
