import { presentOnlineUsers } from '../dialects/sidebar/sidebar.events.js';
import type { EdgeContext } from './edge.types.js';
import { type Broadcaster, dialectRoom } from './rooms.js';
import type { SocketIoConnection } from './socketio.connection.js';

/** A list of everybody for everybody costs the square of the users: comings and goings are gathered this long. */
const GATHER_MS = 250;

/** The list of who is online, which the sidebar dialect has in place of notices. */
export interface OnlineList {
  greet(connection: SocketIoConnection): void;
  close(): void;
}

/** Sends the list to all connections of the dialect when it has changed. */
export function createOnlineList({ bus, services, limits }: EdgeContext, rooms: Broadcaster): OnlineList {
  let timer: NodeJS.Timeout | null = null;
  const present = () => presentOnlineUsers(services.presence.onlineUserIds(limits.onlineListMax));

  const unsubscribe = bus.subscribe('presence.changed', ({ wasOnline, isOnline }) => {
    if (wasOnline === isOnline) return;
    timer ??= setTimeout(() => {
      timer = null;
      const live = rooms.live([dialectRoom('sidebar')]);
      if (live.length > 0) rooms.send(live, present());
    }, GATHER_MS);
    timer.unref();
  });

  return {
    greet: (connection) => connection.send(present()),
    close() {
      unsubscribe();
      if (timer !== null) clearTimeout(timer);
    },
  };
}
