import { LOBBY_CHAT_ID } from '@parley/protocol';
import { socketDialects } from '../dialects/dialect.table.js';
import type { SocketDialectName } from '../dialects/socket.dialect.js';
import type { DomainEvents, EventOrigin } from '../events/domain.events.js';
import type { MessageRecord } from '../models/message.record.js';
import type { MessageView } from '../services/contracts.js';
import { viewMessage, viewNewMessage } from '../services/message.views.js';
import type { EdgeContext } from './edge.types.js';
import type { LobbyAudience } from './lobby.audience.js';
import type { OrderedQueue } from './ordered.queue.js';
import {
  type Broadcaster,
  CATCHING_UP_ROOM,
  dialectRoom,
  sendsOverRest,
  sessionRoom,
  userRoom,
} from './rooms.js';
import type { SocketIoConnection } from './socketio.connection.js';

const dialects = Object.values(socketDialects);
/** Whoever sees a message and did not write it. */
const ANYBODY = '';

/** What fanning out needs of the two adapters. */
export interface FanOutParts {
  context: EdgeContext;
  rooms: Broadcaster;
  lobby: LobbyAudience;
  queue: OrderedQueue;
  findConnection(connectionId: string): SocketIoConnection | undefined;
}

type Created = DomainEvents['message.created'];
type Changed = DomainEvents['message.edited'];

/** Brings messages and their changes to every device of every member, per chat in order of revision. */
export function fanOutMessages(parts: FanOutParts): () => void {
  const { context, rooms, lobby, queue, findConnection } = parts;
  const { bus, services } = context;

  function announceToSender(view: MessageView, origin: EventOrigin | undefined): void {
    const connection = origin?.connectionId === undefined ? undefined : findConnection(origin.connectionId);
    if (connection?.dialect.ordersSentNotice !== true) return;
    connection.announceOnce(view.message.id, () => connection.dialect.messageSent(view));
  }

  function sendToMembers({ message, chat, origin }: Created, view: MessageView): void {
    const reached = new Set<string>();
    for (const dialect of dialects) {
      if (!rooms.isSpoken(dialect.name) || !dialect.knows(chat)) continue;
      const live: string[] = [];
      for (const userId of chat.participants) {
        const room = userRoom(userId, dialect.name);
        if (userId === message.sender || !rooms.isLive(room)) continue;
        live.push(room);
        reached.add(userId);
      }
      if (live.length > 0)
        rooms.send(live, () => dialect.newMessage(view, ANYBODY), { except: [CATCHING_UP_ROOM] });
      rooms.send([userRoom(message.sender, dialect.name)], () => dialect.newMessage(view, message.sender), {
        except: [CATCHING_UP_ROOM, ...(dialect.echoesToSender ? [] : exceptOrigin(dialect.name, origin))],
      });
    }
    for (const userId of reached) services.receipts.noteDelivered(chat, userId, message.seq);
    context.metrics.onDelivered?.(reached.size);
  }

  function sendToRoom({ message, chat, origin }: Created, view: MessageView): void {
    for (const dialect of dialects) {
      if (!dialect.knows(chat)) continue;
      const own = userRoom(message.sender, dialect.name);
      rooms.send([dialectRoom(dialect.name)], () => dialect.newMessage(view, ANYBODY), {
        except: [own],
      });
      rooms.send([own], () => dialect.newMessage(view, message.sender), {
        except: exceptOrigin(dialect.name, origin),
      });
    }
    if (chat.id === LOBBY_CHAT_ID) lobby.broadcast(message);
  }

  function onCreated(event: Created): void {
    const deliver = () => {
      const view = viewNewMessage(event.message, event.chat);
      announceToSender(view, event.origin);
      if (event.chat.kind === 'room') sendToRoom(event, view);
      else sendToMembers(event, view);
    };
    // A lobby frame names its sender, whom a sender over REST may have left unknown here.
    if (event.chat.id === LOBBY_CHAT_ID && !lobby.knows(event.message.sender)) {
      queue.run(event.chat.id, () => lobby.learn(event.message.sender), deliver);
    } else queue.runReady(event.chat.id, deliver);
  }

  /** A changed message may have been read before: what the watermarks say is looked up. */
  function onChanged({ message, chat }: Changed, present: 'messageUpdated' | 'messageDeleted'): void {
    if (chat.kind === 'room') {
      queue.runReady(chat.id, () => sendChangeToRoom(message, viewNewMessage(message, chat), present));
      return;
    }
    const members = chat.participants.filter((userId) =>
      dialects.some(({ name }) => rooms.isLive(userRoom(userId, name))),
    );
    if (members.length === 0) return;
    queue.run(
      chat.id,
      // Without them the change is still worth telling: it then looks unread until the next sync.
      () => services.receipts.watermarksOf(chat).catch(() => []),
      (watermarks) => {
        const marks = watermarks.map((mark) => ({ chatId: chat.id, ...mark }));
        for (const userId of members) {
          // Whoever hid the message sees nothing of its later changes.
          if (message.hiddenFor?.some((hidden) => hidden.userId === userId)) continue;
          const view = viewMessage(message, chat, marks, userId);
          for (const dialect of dialects) {
            if (!dialect.knows(chat)) continue;
            rooms.send([userRoom(userId, dialect.name)], () => dialect[present](view, userId, 'everyone'));
          }
        }
      },
    );
  }

  function sendChangeToRoom(
    message: MessageRecord,
    view: MessageView,
    present: 'messageUpdated' | 'messageDeleted',
  ): void {
    const hiding = message.hiddenFor?.map(({ userId }) => userId) ?? [];
    for (const dialect of dialects) {
      if (!dialect.knows(view.chat)) continue;
      const except = [message.sender, ...hiding].map((userId) => userRoom(userId, dialect.name));
      rooms.send([dialectRoom(dialect.name)], () => dialect[present](view, ANYBODY, 'everyone'), {
        except,
      });
      rooms.send(except.slice(0, 1), () => dialect[present](view, message.sender, 'everyone'));
    }
  }

  function onHidden({ message, chat, userId, origin }: DomainEvents['message.hidden']): void {
    queue.runReady(chat.id, () => {
      const view = viewNewMessage(message, chat);
      for (const dialect of dialects) {
        if (!dialect.knows(chat)) continue;
        const own = userRoom(userId, dialect.name);
        rooms.send([own], () => dialect.messageDeleted(view, userId, 'me'), {
          except: exceptOrigin(dialect.name, origin),
        });
      }
    });
  }

  const unsubscribes = [
    bus.subscribe('message.created', onCreated),
    bus.subscribe('message.edited', (event) => onChanged(event, 'messageUpdated')),
    bus.subscribe('message.deleted', (event) => onChanged(event, 'messageDeleted')),
    bus.subscribe('message.hidden', onHidden),
  ];
  return () => {
    for (const unsubscribe of unsubscribes) unsubscribe();
  };
}

/** Rooms that get no echo; the sending connection is one of its own. */
function exceptOrigin(dialect: SocketDialectName, origin: EventOrigin | undefined): string[] {
  const except = origin?.connectionId === undefined ? [] : [origin.connectionId];
  if (sendsOverRest(dialect) && origin?.sessionId !== undefined) except.push(sessionRoom(origin.sessionId));
  return except;
}
