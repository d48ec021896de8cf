import {
  type ClientEventName,
  type ClientEventPayload,
  type ClientEventResult,
  clientEvents,
  ParleyError,
  type SendInput,
} from '@parley/protocol';
import type { z } from 'zod';
import { presentMessage, presentSync } from '../dialects/canonical.presenter.js';
import { colonClientEvents } from '../dialects/colon/colon.events.js';
import { socketDialects } from '../dialects/dialect.table.js';
import type { SocketDialect } from '../dialects/socket.dialect.js';
import type { Actor } from '../services/actor.js';
import type { MessageView } from '../services/contracts.js';
import type { EdgeContext } from './edge.types.js';
import { chatRoom, watchRoom } from './rooms.js';
import type { SocketIoConnection } from './socketio.connection.js';
import { syncWithin } from './sync.command.js';

/** A command as it is called: the connection, who it belongs to, and the validated payload. */
export interface CommandCall<P> {
  connection: SocketIoConnection;
  actor: Actor;
  payload: P;
}

/** What one client event does. */
export interface Command {
  payload: z.ZodType;
  /** Which rate it counts against. */
  rate: 'takeMessage' | 'takeTyping' | 'takeRequest';
  /**
   * Where a send goes to. Sends are handed over in order and not waited for, since the commit queue writes many at
   * once; but for the first to a target, as the service may have to look its chat up, and a later one would pass it.
   */
  target?(payload: unknown): string;
  /** What the ack adds to `{ ok: true }`. */
  run(call: CommandCall<unknown>): Promise<object>;
}

/** What commands need beside the services. */
export interface CommandParts {
  context: EdgeContext;
  /** Makes the connection speak another dialect. */
  speak(connection: SocketIoConnection, dialect: SocketDialect): Promise<void>;
}

/** Every client event of a connection that is authenticated; `authenticate` itself belongs to the adapter. */
export function createCommandTable({ context, speak }: CommandParts): ReadonlyMap<string, Command> {
  const { services, limits } = context;
  const table = new Map<string, Command>();

  function add<P>(
    name: string,
    payload: z.ZodType<P>,
    rest: Omit<Command, 'payload' | 'run' | 'target'> & {
      target?: (payload: P) => string;
      run: (call: CommandCall<P>) => Promise<object>;
    },
  ): void {
    table.set(name, { ...rest, payload } as Command);
  }

  function addCanonical<N extends Exclude<ClientEventName, 'authenticate'>>(
    name: N,
    rest: Omit<Command, 'payload' | 'run' | 'target'> & {
      target?: (payload: ClientEventPayload<N>) => string;
      run: (call: CommandCall<ClientEventPayload<N>>) => Promise<ClientEventResult<N>>;
    },
  ): void {
    add(name, clientEvents[name].payload as unknown as z.ZodType<ClientEventPayload<N>>, rest);
  }

  const originOf = (connection: SocketIoConnection) => ({ connectionId: connection.id });

  /** Sends, tells the connection in its dialect, and gives what `answer` makes of the message. */
  async function send<R>(
    { connection, actor, payload }: CommandCall<SendInput>,
    answer: (view: MessageView, viewerId: string) => R,
    tempId?: string | number,
  ): Promise<R> {
    const { view, replay } = await services.messages.send(actor, payload, originOf(connection));
    const { dialect } = connection;
    const makePacket = () => dialect.messageSent(view, tempId);
    if (dialect.ordersSentNotice && !replay) connection.announceOnce(view.message.id, makePacket);
    else connection.send(makePacket());
    return answer(view, actor.userId);
  }

  addCanonical('send_message', {
    rate: 'takeMessage',
    target: ({ to, chatId }) => chatId ?? to ?? '',
    run: (call) => send(call, presentSent),
  });
  addCanonical('edit_message', {
    rate: 'takeMessage',
    async run({ connection, actor, payload }) {
      const view = await services.messages.edit(
        actor,
        payload.messageId,
        payload.content,
        originOf(connection),
      );
      return { message: presentMessage(view, actor.userId) };
    },
  });
  addCanonical('delete_message', {
    rate: 'takeMessage',
    async run({ connection, actor, payload }) {
      const view = await services.messages.remove(
        actor,
        payload.messageId,
        payload.for,
        originOf(connection),
      );
      return { message: presentMessage(view, actor.userId) };
    },
  });
  addCanonical('join_chat', {
    rate: 'takeRequest',
    async run({ connection, actor, payload }) {
      const chat = await services.chats.get(actor, payload.chatId);
      // Members of other chats hear everything by the rooms of their users.
      if (chat.kind === 'room' && connection.dialect.knows(chat))
        await connection.socket.join(chatRoom(chat.id));
      return { chatId: chat.id, lastSeq: chat.lastSeq, rev: chat.rev };
    },
  });
  addCanonical('leave_chat', {
    rate: 'takeRequest',
    async run({ connection, payload }) {
      await connection.socket.leave(chatRoom(payload.chatId));
      return {};
    },
  });
  addCanonical('typing', {
    rate: 'takeTyping',
    async run({ actor, payload }) {
      await services.typing.set(actor, payload, payload.isTyping);
      return {};
    },
  });
  addCanonical('read_receipt', {
    rate: 'takeRequest',
    run: ({ actor, payload }) => services.receipts.markRead(actor, payload),
  });
  addCanonical('update_status', {
    // One change may be told to a thousand people.
    rate: 'takeTyping',
    run({ actor, payload }) {
      services.presence.setStatus(actor.userId, payload.status);
      return Promise.resolve({ status: services.presence.statusOf(actor.userId).status });
    },
  });
  addCanonical('watch_presence', {
    rate: 'takeRequest',
    async run({ connection, payload }) {
      const { socket, dialect } = connection;
      for (const room of connection.watching) await socket.leave(room);
      connection.watching = payload.userIds.map((userId) => watchRoom(userId, dialect.name));
      await socket.join([...connection.watching]);
      const views = await context.users.getMany(payload.userIds);
      const users = [...views].map(([userId, { status, lastSeen }]) => ({
        userId,
        status,
        lastSeen: lastSeen?.toISOString() ?? null,
      }));
      return { users };
    },
  });
  addCanonical('sync', {
    rate: 'takeRequest',
    run: ({ actor, payload }) =>
      syncWithin(limits.connectionOutboxMaxBytes, payload, async (input) =>
        presentSync(await services.sync.sync(actor, input), actor.userId),
      ),
  });

  add('user:connect', colonClientEvents['user:connect'], {
    rate: 'takeRequest',
    async run({ connection, actor, payload }) {
      if (payload.userId !== actor.userId)
        throw new ParleyError('forbidden', { detail: 'userId is not the user of the token' });
      await speak(connection, socketDialects.colon);
      return { userId: actor.userId };
    },
  });
  add('message:send', colonClientEvents['message:send'], {
    rate: 'takeMessage',
    target: ({ input }) => input.to,
    async run({ connection, actor, payload: { input, tempId } }) {
      if (connection.dialect.name !== 'colon') await speak(connection, socketDialects.colon);
      const answer = (view: MessageView) => socketDialects.colon.messageSent(view, tempId)[1] as object;
      return send({ connection, actor, payload: input }, answer, tempId);
    },
  });
  add('user:typing', colonClientEvents['user:typing'], {
    rate: 'takeTyping',
    async run({ connection, actor, payload }) {
      if (connection.dialect.name !== 'colon') await speak(connection, socketDialects.colon);
      await services.typing.set(actor, { to: payload.to }, payload.isTyping);
      return {};
    },
  });
  return table;
}

/** The ack of `send_message`. */
function presentSent(view: MessageView, viewerId: string): ClientEventResult<'send_message'> {
  const message = presentMessage(view, viewerId);
  const { id: messageId, chatId, timestamp, clientId } = message;
  const sent: ClientEventResult<'send_message'> = { messageId, chatId, timestamp, message };
  if (clientId !== undefined) sent.clientId = clientId;
  return sent;
}
