import { presentOnlineUsers } from '../dialects/sidebar/sidebar.events.js';
import type { EdgeContext } from './edge.types.js';
import { type Broadcaster, dialectRoom } from './rooms.js';
import type { SocketIoConnection } from './socketio.connection.js';

/** Comings and goings are gathered this long. */
const GATHER_MS = 250;
/** A list of everybody for everybody costs the square of the users: so many ids are sent in that time at most. */
const IDS_PER_GATHERING = 100_000;

/** The list of who is online, which the sidebar dialect has in place of notices. */
export interface OnlineList {
  greet(connection: SocketIoConnection): void;
  close(): void;
}

/** Sends the list to all connections of the dialect when it has changed. */
export function createOnlineList({ bus, services, limits }: EdgeContext, rooms: Broadcaster): OnlineList {
  let timer: NodeJS.Timeout | null = null;
  const room = dialectRoom('sidebar');
  const list = () => services.presence.onlineUserIds(limits.onlineListMax);

  const unsubscribe = bus.subscribe('presence.changed', ({ wasOnline, isOnline }) => {
    if (wasOnline === isOnline || timer !== null || rooms.count(room) === 0) return;
    const ids = rooms.count(room) * list().length;
    timer = setTimeout(send, GATHER_MS * Math.max(1, ids / IDS_PER_GATHERING));
    timer.unref();
  });

  function send(): void {
    timer = null;
    rooms.send([room], () => presentOnlineUsers(list()));
  }

  return {
    greet: (connection) => connection.send(presentOnlineUsers(list())),
    close() {
      unsubscribe();
      if (timer !== null) clearTimeout(timer);
    },
  };
}
