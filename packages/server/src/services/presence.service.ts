import { limits, type PresenceStatus } from '@parley/protocol';
import type { DomainEventBus } from '../events/domain.events.js';
import type { PresenceService } from './contracts.js';
import { createTimeWriter, type SaveTimes } from './time.writer.js';

/** What the presence of one node needs. Times are in milliseconds and default to the table of limits. */
export interface PresenceOptions {
  bus: DomainEventBus;
  /** Stores when users were last seen; called with many at once, about once a second, again after a failure. */
  onLastSeen: SaveTimes;
  onError?: (error: unknown) => void;
  leaseMs?: number;
  graceMs?: number;
  now?: () => number;
}

interface PresentUser {
  id: string;
  username: string;
  /** Connection id to the time its lease ends, by `performance.now`. */
  devices: Map<string, number>;
  /** What the user chose to show; holds until the user has gone offline. */
  chosen: PresenceStatus;
  /** What was published last. */
  shown: PresenceStatus;
  /** When an invisible user was last visible: the time of going would tell what is hidden. */
  hiddenSince: number | null;
  grace: NodeJS.Timeout | null;
}

/**
 * Presence of one node, in memory: a user is online while a device holds a lease, and for `graceMs` after the last
 * one left, so that a reconnect is not seen. A device that is silent for `leaseMs` counts as gone.
 */
export function createPresenceService(options: PresenceOptions): PresenceService {
  const { bus, leaseMs = limits.presenceLeaseMs, graceMs = limits.presenceGraceMs, now = Date.now } = options;
  // Leases by a clock that nobody sets: an hour's jump of the other would take everybody offline.
  const elapsed = () => performance.now();
  const users = new Map<string, PresentUser>();
  const lastSeen = createTimeWriter(options.onLastSeen, options.onError);
  // A quarter of the lease is how late an expiry may be noticed.
  const sweeper = setInterval(expireLeases, leaseMs / 4);
  sweeper.unref();

  function show(user: PresentUser, status: PresenceStatus): void {
    const before = user.shown;
    if (before === status) return;
    user.shown = status;
    user.hiddenSince = status === 'offline' ? now() : null;
    if (status === 'offline') lastSeen.note(user.id, new Date(now()));
    bus.publish('presence.changed', {
      userId: user.id,
      username: user.username,
      status,
      lastSeen: status === 'offline' ? new Date(now()) : null,
      wasOnline: before !== 'offline',
      isOnline: status !== 'offline',
    });
  }

  function leave(user: PresentUser, connectionId: string): void {
    if (!user.devices.delete(connectionId) || user.devices.size > 0) return;
    user.grace = setTimeout(() => {
      users.delete(user.id);
      show(user, 'offline');
    }, graceMs);
    user.grace.unref();
  }

  function expireLeases(): void {
    const time = elapsed();
    for (const user of users.values()) {
      for (const [connectionId, end] of user.devices) if (end <= time) leave(user, connectionId);
    }
  }

  return {
    connect({ id, username }, connectionId) {
      const user = users.get(id) ?? createUser(id, username);
      users.set(id, user);
      user.username = username;
      user.devices.set(connectionId, elapsed() + leaseMs);
      if (user.grace !== null) clearTimeout(user.grace);
      user.grace = null;
      // After a crash the time of coming is the best that storage knows.
      if (user.shown === 'offline' && user.chosen !== 'offline') lastSeen.note(id, new Date(now()));
      show(user, user.chosen);
    },

    renew(userId, connectionId) {
      const devices = users.get(userId)?.devices;
      if (devices?.has(connectionId)) devices.set(connectionId, elapsed() + leaseMs);
    },

    disconnect(userId, connectionId) {
      const user = users.get(userId);
      if (user !== undefined) leave(user, connectionId);
    },

    setStatus(userId, status) {
      const user = users.get(userId);
      if (user === undefined) return;
      user.chosen = status;
      show(user, status);
    },

    statusOf(userId) {
      const user = users.get(userId);
      const status = user?.shown ?? 'offline';
      if (status !== 'offline') return { status, lastSeen: null };
      const since = user?.hiddenSince ?? null;
      return { status, lastSeen: since === null ? lastSeen.pendingOf(userId) : new Date(since) };
    },

    isConnected: (userId) => (users.get(userId)?.devices.size ?? 0) > 0,

    onlineUserIds(limit) {
      const ids: string[] = [];
      for (const user of users.values()) {
        if (ids.length >= limit) break;
        if (user.shown !== 'offline') ids.push(user.id);
      }
      return ids;
    },

    async close() {
      clearInterval(sweeper);
      for (const user of users.values()) {
        if (user.grace !== null) clearTimeout(user.grace);
        if (user.shown !== 'offline') lastSeen.note(user.id, new Date(now()));
      }
      users.clear();
      await lastSeen.close();
    },
  };
}

function createUser(id: string, username: string): PresentUser {
  return {
    id,
    username,
    devices: new Map(),
    chosen: 'online',
    shown: 'offline',
    hiddenSince: null,
    grace: null,
  };
}
