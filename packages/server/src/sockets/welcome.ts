import { LOBBY_CHAT_ID, ParleyError, type User } from '@parley/protocol';
import { presentOwnUser } from '../dialects/canonical.presenter.js';
import type { SocketDialect } from '../dialects/socket.dialect.js';
import { deliverBacklog } from './backlog.js';
import type { ConnectionRegistry } from './connection.registry.js';
import type { EdgeContext } from './edge.types.js';
import type { OnlineList } from './online.list.js';
import { CATCHING_UP_ROOM, chatRoom, dialectRoom, sendsOverRest, sessionRoom, userRoom } from './rooms.js';
import type { SocketIoConnection } from './socketio.connection.js';

export type Welcome = ReturnType<typeof createWelcome>;

/** What a Socket.IO connection is told and put into once it is authenticated. */
export function createWelcome(context: EdgeContext, registry: ConnectionRegistry, onlineList: OnlineList) {
  const { services, logger } = context;

  function roomsOf({ actor, dialect }: SocketIoConnection): string[] {
    if (actor === null) return [];
    const rooms = [userRoom(actor.userId, dialect.name), dialectRoom(dialect.name)];
    return sendsOverRest(dialect.name) ? [...rooms, sessionRoom(actor.sessionId)] : rooms;
  }

  function join(connection: SocketIoConnection): void {
    if (!registry.has(connection)) return;
    // The in-memory adapter joins at once, so nothing is missed between what was just sent and what comes live.
    void connection.socket.join(roomsOf(connection));
    connection.isJoined = true;
  }

  function tellUnread(connection: SocketIoConnection, userId: string): void {
    services.chats.unreadOf(userId).then(
      (unread) => {
        const packet = connection.dialect.unreadCount(unread);
        if (packet !== null) connection.send(packet);
      },
      (error: unknown) =>
        logger.warn({ err: error, connection: connection.id }, 'unread messages could not be counted'),
    );
  }

  async function enterDialect(connection: SocketIoConnection): Promise<void> {
    const { actor, dialect } = connection;
    if (actor === null) return;
    if (dialect.deliversUnread) void connection.socket.join(CATCHING_UP_ROOM);
    join(connection);
    if (dialect.deliversUnread) {
      await deliverBacklog(context, connection, () => void connection.socket.leave(CATCHING_UP_ROOM));
      return;
    }
    if (dialect.listsOnline) onlineList.greet(connection);
    else tellUnread(connection, actor.userId);
  }

  return {
    /** Tells the connection who it is, and lets it hear what concerns it. Throws when its user is gone. */
    async welcome(connection: SocketIoConnection): Promise<User> {
      if (connection.actor === null) throw new ParleyError('authentication_required');
      const user = await services.accounts.profile(connection.actor);
      const view = { user, ...services.presence.statusOf(user.id) };
      connection.send(connection.dialect.authenticated(view));
      if (!connection.isJoined) await enterDialect(connection);
      return presentOwnUser(view);
    },

    /** The connection speaks `dialect` from now on; unread messages come once. */
    async speak(connection: SocketIoConnection, dialect: SocketDialect): Promise<void> {
      if (connection.dialect === dialect && connection.isJoined) return;
      for (const room of [...roomsOf(connection), chatRoom(LOBBY_CHAT_ID)])
        void connection.socket.leave(room);
      connection.isJoined = false;
      connection.dialect = dialect;
      await enterDialect(connection);
    },

    /** The connection goes on with another session of the same user. */
    changeSession(connection: SocketIoConnection, before: string, now: string): void {
      if (before === now || !connection.isJoined || !sendsOverRest(connection.dialect.name)) return;
      void connection.socket.leave(sessionRoom(before));
      void connection.socket.join(sessionRoom(now));
    },
  };
}
