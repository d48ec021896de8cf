import type { Ack, ClientEventName, ServerEventName, ServerEventPayload } from '@parley/protocol';
import { backoffMs } from '../backoff.js';
import { isStaleToken, readProblem, toClientError, unanswered } from '../client.error.js';
import type { ResolvedOptions } from '../client.options.js';
import type { EmitEvent, EventInput } from '../protocol.types.js';
import type { SessionKeeper } from '../session/session.keeper.js';
import { openPacketSocket, type PacketSocket } from './packet.socket.js';

/** Listeners by the name of a server event. */
export type ServerEventListeners = { [N in ServerEventName]?: (payload: ServerEventPayload<N>) => void };

export interface ConnectionDeps {
  options: Pick<ResolvedOptions, 'url' | 'timeoutMs' | 'reconnect'>;
  keeper: SessionKeeper;
  listeners: ServerEventListeners;
  /** From now on events come, and calls go through. */
  onUp: () => void;
  /** The connection was lost, or (`wasUp` is false) could not be made; another attempt follows. */
  onDown: (wasUp: boolean) => void;
}

export type Connection = ReturnType<typeof createConnection>;

/** The live connection of the signed-in user: up, or on its way back. */
export function createConnection({ options, keeper, listeners, onUp, onDown }: ConnectionDeps) {
  const { baseMs, maxMs } = options.reconnect;
  let socket: PacketSocket | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let isStopped = false;
  /** The session that the connection goes with. */
  let seen = 0;

  const isUp = () => !!socket?.isOpen();

  async function start(): Promise<void> {
    clearTimeout(retry);
    // Node has one of its own from version 22 on.
    const { WebSocket = (await import('ws')).WebSocket as never } = globalThis;
    socket?.close();
    if (isStopped) return;
    let wasUp = false;
    socket = openPacketSocket(WebSocket, options.url, {
      auth() {
        seen = keeper.version();
        return { dialect: 'canonical', token: keeper.token() };
      },
      onOpen() {
        wasUp = true;
        failures = 0;
        onUp();
      },
      onEvent: (name, payload) => listeners[name as ServerEventName]?.(payload as never),
      onClose(reason) {
        onDown(wasUp);
        const problem = readProblem(reason);
        const isRevoked = problem?.code === 'session_revoked';
        if (isRevoked || isStaleToken(problem)) renewAndReturn(!isRevoked);
        else comeBack(problem?.retryAfterMs);
      },
    });
  }

  /** Tries again after a while; longer each time. */
  function comeBack(afterMs = backoffMs(failures++, baseMs, maxMs)): void {
    clearTimeout(retry);
    if (!isStopped) retry = setTimeout(() => void start(), afterMs);
  }

  function renewAndReturn(mayTrade: boolean): void {
    keeper.renew(seen, mayTrade).then(
      () => comeBack(0),
      // Without a session there is nothing to come back for; whatever else went wrong may go better later.
      (failure: unknown) => toClientError(failure).code !== 'signed_out' && comeBack(),
    );
  }

  /** Connects anew, unless that has happened: several calls may have failed on one connection. */
  function replace(failed: PacketSocket): void {
    if (socket !== failed) return;
    failed.close();
    socket = undefined;
    void start();
  }

  const emit: EmitEvent = async (name, payload) => {
    const asked = socket;
    if (!asked?.isOpen()) throw unanswered('network_error');
    const answer = (await asked.request(name, payload, options.timeoutMs).catch(() => {
      throw unanswered('timeout');
    })) as Ack<object>;
    if (answer.ok) return answer as never;
    const problem = readProblem(answer.error);
    // The connection has no session, or one whose time is over: with a fresh one all goes on.
    if (isStaleToken(problem))
      keeper.renew(seen).then(
        () => replace(asked),
        () => {},
      );
    throw problem;
  };

  return {
    emit,
    isUp,
    /** Ends what there is, and begins anew at once. */
    start,

    /** Sends what may be lost. */
    notify<N extends ClientEventName>(name: N, payload: EventInput<N>): void {
      if (isUp()) socket?.send(name, payload);
    },

    /** The session was renewed: goes on with it, without a new connection. */
    reauthenticate(): void {
      const token = keeper.session.peek()?.token;
      if (!token || keeper.version() === seen || !isUp()) return;
      seen = keeper.version();
      socket?.send('authenticate', { token });
    },

    stop(): void {
      isStopped = true;
      clearTimeout(retry);
      socket?.close();
    },
  };
}
