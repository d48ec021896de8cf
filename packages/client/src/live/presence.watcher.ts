import type { CallRoute, EmitEvent } from '../protocol.types.js';
import type { UserBook } from '../users/user.book.js';

export type PresenceWatcher = ReturnType<typeof createPresenceWatcher>;

/** Keeps presence true: asks who is there after each connect, and watches those with whom there is no chat. */
export function createPresenceWatcher(deps: {
  users: UserBook;
  call: CallRoute;
  emit: EmitEvent;
  isUp: () => boolean;
}) {
  const { users, call, emit, isUp } = deps;
  let watched: readonly string[] = [];

  async function watch(): Promise<void> {
    const answer = await emit('watch_presence', { userIds: [...watched] });
    for (const { userId, ...presence } of answer.users) users.setPresence(userId, presence);
  }

  return {
    /** Replaces the list of users beside those one shares a chat with; at most 200. */
    async watch(userIds: readonly string[]): Promise<void> {
      watched = [...userIds];
      if (isUp()) await watch();
    },

    /** A connection is there: what changed without one is made good. */
    async refresh(): Promise<void> {
      users.setOnline((await call('listOnlineUsers')).users);
      if (watched.length > 0) await watch();
    },
  };
}
