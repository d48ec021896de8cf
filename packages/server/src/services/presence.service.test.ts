import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DomainEvents } from '../events/domain.events.js';
import { createInProcessBus } from '../events/in-process.bus.js';
import { createPresenceService } from './presence.service.js';

const ann = { id: 'ann', username: 'Ann' };

function start(save: (times: Map<string, Date>) => Promise<void> = () => Promise.resolve()) {
  const bus = createInProcessBus((error) => {
    throw error;
  });
  const events: DomainEvents['presence.changed'][] = [];
  bus.subscribe('presence.changed', (event) => events.push(event));
  const saved: Map<string, Date>[] = [];
  const presence = createPresenceService({
    bus,
    leaseMs: 60_000,
    graceMs: 10_000,
    onLastSeen: async (times) => {
      await save(times);
      saved.push(times);
    },
  });
  return { presence, events, saved };
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('presence', () => {
  it('takes nobody offline when the wall clock jumps', () => {
    const { presence, events } = start();
    presence.connect(ann, '1');
    for (const jumped of ['2026-01-01T01:00:00Z', '2025-12-31T22:00:00Z']) {
      vi.setSystemTime(new Date(jumped));
      vi.advanceTimersByTime(40_000);
      presence.renew('ann', '1');
    }
    expect(events.map(({ status }) => status)).toEqual(['online']);
  });

  it('goes online with the first device and offline after the last one and the grace', () => {
    const { presence, events } = start();
    presence.connect(ann, '1');
    presence.connect(ann, '2');
    presence.disconnect('ann', '1');
    presence.disconnect('ann', '2');
    vi.advanceTimersByTime(9_999);
    expect(events.map(({ status }) => status)).toEqual(['online']);
    expect(presence.isConnected('ann')).toBe(false);
    expect(presence.statusOf('ann').status).toBe('online');
    vi.advanceTimersByTime(1);
    expect(events.at(-1)).toMatchObject({
      status: 'offline',
      wasOnline: true,
      isOnline: false,
      lastSeen: new Date(),
    });
    expect(presence.onlineUserIds(10)).toEqual([]);
  });

  it('publishes nothing when a device comes back within the grace', () => {
    const { presence, events } = start();
    presence.connect(ann, '1');
    presence.disconnect('ann', '1');
    vi.advanceTimersByTime(9_000);
    presence.connect(ann, '2');
    vi.advanceTimersByTime(30_000);
    expect(events).toHaveLength(1);
  });

  it('lets go of a device that does not renew its lease, and keeps one that does', () => {
    const { presence, events } = start();
    presence.connect(ann, 'silent');
    presence.connect({ id: 'ben', username: 'Ben' }, 'lively');
    for (let minute = 0; minute < 4; minute += 1) {
      vi.advanceTimersByTime(30_000);
      presence.renew('ben', 'lively');
    }
    expect(presence.onlineUserIds(10)).toEqual(['ben']);
    expect(events.filter(({ userId }) => userId === 'ben')).toHaveLength(1);
  });

  it('keeps a chosen status over a reconnect, and forgets it once the user was offline', () => {
    const { presence, events } = start();
    presence.connect(ann, '1');
    presence.setStatus('ann', 'busy');
    presence.disconnect('ann', '1');
    presence.connect(ann, '2');
    expect(presence.statusOf('ann').status).toBe('busy');
    presence.disconnect('ann', '2');
    vi.advanceTimersByTime(10_000);
    presence.connect(ann, '3');
    expect(events.map(({ status }) => status)).toEqual(['online', 'busy', 'offline', 'online']);
  });

  it('hides an invisible user, whose leaving changes nothing that others see', () => {
    const { presence, events } = start();
    presence.connect(ann, '1');
    presence.setStatus('ann', 'offline');
    const hidden = presence.statusOf('ann');
    vi.advanceTimersByTime(60_000 / 2);
    presence.disconnect('ann', '1');
    vi.advanceTimersByTime(10_000);
    expect(events).toHaveLength(2);
    expect(hidden.lastSeen).toEqual(new Date('2026-01-01T00:00:00Z'));
  });

  it('writes last times together, and again after a failure', async () => {
    let failures = 1;
    const { presence, saved } = start(() =>
      failures-- > 0 ? Promise.reject(new Error('down')) : Promise.resolve(),
    );
    presence.connect(ann, '1');
    presence.connect({ id: 'ben', username: 'Ben' }, '2');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(saved).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(saved.map((times) => [...times.keys()])).toEqual([['ann', 'ben']]);
  });

  it('writes the last time of everyone who is there when it closes, and leaves no timer', async () => {
    const { presence, saved } = start();
    presence.connect(ann, '1');
    presence.connect({ id: 'ben', username: 'Ben' }, '2');
    presence.disconnect('ben', '2');
    vi.advanceTimersByTime(500);
    await presence.close();
    expect(saved.at(-1)).toEqual(
      new Map([
        ['ann', new Date()],
        ['ben', new Date()],
      ]),
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lists at most as many as are asked for', () => {
    const { presence } = start();
    for (const id of ['a', 'b', 'c']) presence.connect({ id, username: id }, id);
    presence.setStatus('a', 'offline');
    expect(presence.onlineUserIds(1)).toEqual(['b']);
    expect(presence.onlineUserIds(9)).toEqual(['b', 'c']);
  });
});
