import type { Ack, ClientEventName, ServerEventName, ServerEventPayload } from '@parley/protocol';
import { io, type Socket } from 'socket.io-client';
import { backoffMs } from '../backoff.js';
import { isStaleToken, ParleyClientError, readProblem, toClientError } from '../client.error.js';
import type { EmitEvent, EventInput } from '../protocol.types.js';
import type { SessionKeeper } from '../session/session.keeper.js';

/** Listeners by the name of a server event. */
export type ServerEventListeners = { [N in ServerEventName]?: (payload: ServerEventPayload<N>) => void };

export interface ConnectionDeps {
  url: string;
  keeper: SessionKeeper;
  inCookies: boolean;
  /** How long an ack may take. */
  ackTimeoutMs: number;
  /** Milliseconds before the first attempt to come back, and the most between two attempts; about half is random. */
  reconnect: { baseMs: number; maxMs: number };
  listeners: ServerEventListeners;
  /** From now on events come, and calls go through. */
  onUp: () => void;
  /** The connection was lost, or could not be made; another attempt follows. */
  onDown: () => void;
}

export type Connection = ReturnType<typeof createConnection>;

/** The Socket.IO connection of the signed-in user: up, or on its way back. */
export function createConnection(deps: ConnectionDeps) {
  const { url, keeper, inCookies, ackTimeoutMs, listeners, onUp, onDown } = deps;
  let socket: Socket | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let refusals = 0;
  /** Which session the connection was opened with. */
  let seen = 0;

  function open(): Socket {
    const opened = io(url, {
      autoConnect: false,
      forceNew: true,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      withCredentials: inCookies,
      reconnectionDelay: deps.reconnect.baseMs,
      reconnectionDelayMax: deps.reconnect.maxMs,
      randomizationFactor: 0.5,
      timeout: 10_000,
      auth: (send) => {
        const session = keeper.session.peek();
        seen = session?.renewedAt ?? 0;
        send(inCookies ? { dialect: 'canonical' } : { dialect: 'canonical', token: session?.token });
      },
    });
    opened.on('connect', () => {
      refusals = 0;
      onUp();
    });
    opened.on('disconnect', (reason) => {
      onDown();
      // Every other loss is Socket.IO's own to repair.
      if (reason === 'io server disconnect' && opened === socket) comeBack();
    });
    opened.on('connect_error', (error) => {
      if (opened !== socket) return;
      onDown();
      if (opened.active) return;
      const problem = readProblem((error as { data?: unknown }).data);
      if (isStaleToken(problem)) renewAndReturn();
      else if (problem?.code === 'session_revoked') void keeper.end(seen).then(() => comeBack());
      else comeBack(problem?.retryAfterMs);
    });
    opened.onAny((name: string, payload: unknown) => {
      (listeners[name as ServerEventName] as ((payload: unknown) => void) | undefined)?.(payload);
    });
    return opened;
  }

  /** Tries again after a while; longer each time it is refused. */
  function comeBack(afterMs = backoffMs(refusals, deps.reconnect.baseMs, deps.reconnect.maxMs)): void {
    clearTimeout(retry);
    refusals += 1;
    retry = setTimeout(() => {
      if (keeper.session.peek() !== null) socket?.connect();
    }, afterMs);
  }

  function renewAndReturn(): void {
    keeper.renew(seen).then(
      () => comeBack(0),
      // Without a session there is nothing to come back for; without a network there is later.
      (error: unknown) => toClientError(error).code !== 'signed_out' && comeBack(),
    );
  }

  /** Ends what there is and begins anew at once. */
  function restart(): void {
    clearTimeout(retry);
    socket?.disconnect().connect();
  }

  const emit: EmitEvent = async (name, payload) => {
    if (socket?.connected !== true) throw new ParleyClientError('network_error', 'There is no connection');
    let answer: Ack<object>;
    try {
      answer = (await socket.timeout(ackTimeoutMs).emitWithAck(name, payload)) as Ack<object>;
    } catch (error) {
      throw new ParleyClientError('timeout', 'The server did not answer in time', { cause: error });
    }
    if (answer.ok) return answer as never;
    const problem =
      readProblem(answer.error) ?? new ParleyClientError('unexpected_answer', 'An ack without a code');
    // The connection has no session, or one whose time is over: with a fresh one all goes on.
    if (isStaleToken(problem)) void keeper.renew(seen).then(restart, () => undefined);
    throw problem;
  };

  return {
    emit,

    /** Sends what may be lost. */
    notify<N extends ClientEventName>(name: N, payload: EventInput<N>): void {
      if (socket?.connected === true) socket.emit(name, payload);
    },

    isUp: () => socket?.connected === true,

    start(): void {
      socket ??= open();
      refusals = 0;
      socket.connect();
    },

    restart,

    /** Goes on with a renewed token, without a new connection. */
    reauthenticate(token: string | null, renewedAt: number): void {
      if (token === null || renewedAt === seen || socket?.connected !== true) return;
      seen = renewedAt;
      socket.emit('authenticate', { token });
    },

    stop(): void {
      clearTimeout(retry);
      const stopped = socket;
      socket = undefined;
      stopped?.disconnect();
    },
  };
}
