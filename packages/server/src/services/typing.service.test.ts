import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createInProcessBus } from '../events/in-process.bus.js';
import type { ChatRecord } from '../models/chat.record.js';
import { createTypingService } from './typing.service.js';

const chat: ChatRecord = {
  id: 'chat',
  kind: 'direct',
  participants: ['ann', 'ben'],
  name: null,
  lastSeq: 0,
  rev: 0,
  lastActivity: new Date(0),
  createdAt: new Date(0),
};
const actor = { userId: 'ann', sessionId: 's', username: 'Ann', connectionId: 'c' };

function start() {
  const bus = createInProcessBus((error) => {
    throw error;
  });
  const told: boolean[] = [];
  const get = vi.fn(() => Promise.resolve(chat));
  bus.subscribe('typing.changed', (event) => {
    expect(event).toMatchObject({
      chat: { id: 'chat', kind: 'direct', participants: ['ann', 'ben'] },
      userId: 'ann',
      origin: { connectionId: 'c' },
    });
    told.push(event.isTyping);
  });
  return {
    typing: createTypingService({ bus, chats: { get, findDirect: () => Promise.resolve(null) } }),
    told,
    get,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('typing', () => {
  it('ends by itself 6 s after the last key', async () => {
    const { typing, told } = start();
    await typing.set(actor, { chatId: 'chat' }, true);
    vi.advanceTimersByTime(5_000);
    await typing.set(actor, { chatId: 'chat' }, true);
    vi.advanceTimersByTime(5_999);
    expect(told).toEqual([true, true]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual([true, true, false]);
  });

  it('repeats itself to others no more than three times in that time, and looks the chat up once', async () => {
    const { typing, told, get } = start();
    for (let key = 0; key < 60; key += 1) {
      await typing.set(actor, { chatId: 'chat' }, true);
      vi.advanceTimersByTime(100);
    }
    expect(told).toEqual([true, true, true]);
    expect(get).toHaveBeenCalledTimes(1);
  });

  it('stops once, and says nothing about what did not start', async () => {
    const { typing, told } = start();
    await typing.set(actor, { chatId: 'chat' }, false);
    await typing.set(actor, { chatId: 'chat' }, true);
    await typing.set(actor, { chatId: 'chat' }, false);
    await typing.set(actor, { chatId: 'chat' }, false);
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([true, false]);
  });

  it('to somebody without a chat is told to nobody', async () => {
    const { typing, told } = start();
    await typing.set(actor, { to: 'ben' }, true);
    expect(told).toEqual([]);
  });

  it('leaves no timer when it closes', async () => {
    const { typing } = start();
    await typing.set(actor, { chatId: 'chat' }, true);
    typing.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
