import { presentLobbyMessage } from '../dialects/lobby/lobby.presenter.js';
import type { MessageRecord } from '../models/message.record.js';
import { createBoundedCache } from '../services/bounded.cache.js';
import type { EdgeContext } from './edge.types.js';

/** Usernames kept for lobby frames: about 100 bytes each. */
const NAMES_MAX = 50_000;

/** A raw connection in the lobby. */
export interface LobbyListener {
  readonly userId: string;
  /** `frame` is shared with others. */
  hear(seq: number, frame: Buffer): void;
}

export type LobbyAudience = ReturnType<typeof createLobbyAudience>;

/** The raw connections of the lobby, and the names of those who speak in it. */
export function createLobbyAudience({ bus, users, logger }: EdgeContext) {
  const listeners = new Set<LobbyListener>();
  const names = createBoundedCache<string>(NAMES_MAX);
  const unsubscribe = bus.subscribe('user.updated', ({ userId }) => names.delete(userId));

  /** Looks up the names that are not known. A user who is gone goes by an empty one. */
  async function learnAll(userIds: readonly string[]): Promise<void> {
    const unknown = [...new Set(userIds)].filter((userId) => !names.has(userId));
    if (unknown.length === 0) return;
    const found = await users.getMany(unknown);
    for (const userId of unknown) names.set(userId, found.get(userId)?.user.username ?? '');
  }

  function present(message: MessageRecord, isOwn: boolean) {
    return presentLobbyMessage(message, names.get(message.sender) ?? '', isOwn);
  }

  return {
    knows: (userId: string): boolean => listeners.size === 0 || names.has(userId),
    /** Never rejects: a message without a name is better than none. */
    learn: (userId: string): Promise<void> =>
      learnAll([userId]).catch((error: unknown) =>
        logger.warn({ err: error, user: userId }, 'a username is not known'),
      ),
    learnAll,
    present,
    join: (listener: LobbyListener) => listeners.add(listener),
    leave: (listener: LobbyListener) => listeners.delete(listener),

    /** Encodes once for all, and once more for the sender's own connections if they get more. */
    broadcast(message: MessageRecord): void {
      if (listeners.size === 0) return;
      const encode = (isOwn: boolean) => Buffer.from(JSON.stringify(present(message, isOwn)));
      const shared = encode(false);
      const own = message.clientId === undefined ? shared : encode(true);
      for (const listener of listeners) {
        listener.hear(message.seq, listener.userId === message.sender ? own : shared);
      }
    },

    close(): void {
      unsubscribe();
      listeners.clear();
    },
  };
}
