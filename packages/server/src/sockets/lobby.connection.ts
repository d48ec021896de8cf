import { randomUUID } from 'node:crypto';
import { type CloseName, closeCodes, type ParleyError } from '@parley/protocol';
import { WebSocket } from 'ws';
import { presentLobbyError } from '../dialects/lobby/lobby.events.js';
import { presentProblem } from '../dialects/problem.presenter.js';
import { CommandInbox } from './command.inbox.js';
import type { LiveConnection } from './connection.registry.js';
import type { EdgeLimits } from './edge.types.js';

/** How long a connection that was told to close may take for it, before it is cut. */
const CLOSING_MS = 1_000;

/** A raw WebSocket in the lobby. */
export interface LobbyConnection extends LiveConnection {
  readonly inbox: CommandInbox;
  send(frame: object): void;
  sendEncoded(frame: Buffer): void;
  /** `clientId` is the key of the frame that failed. */
  fail(error: unknown, clientId?: string): void;
  /** The client gave a sign of life. */
  heard(): void;
}

/** Wraps a WebSocket whose upgrade was just accepted. */
export function createLobbyConnection(webSocket: WebSocket, limits: EdgeLimits): LobbyConnection {
  let heardAt = performance.now();
  let pingedAt = heardAt;

  function closeWith(name: CloseName): void {
    connection.inbox.close();
    if (webSocket.readyState !== WebSocket.OPEN) return;
    const { code, reason } = closeCodes[name];
    webSocket.close(code, reason);
    setTimeout(() => webSocket.terminate(), CLOSING_MS).unref();
  }

  const connection: LobbyConnection = {
    id: randomUUID(),
    transport: 'websocket',
    actor: null,
    token: '',
    verifiedAt: 0,
    inbox: new CommandInbox(limits.connectionInboxMax),
    send: (frame) => connection.sendEncoded(Buffer.from(JSON.stringify(frame))),
    sendEncoded(frame) {
      if (webSocket.readyState === WebSocket.OPEN) webSocket.send(frame, { binary: false });
    },
    fail: (error, clientId) => connection.send(presentLobbyError(presentProblem(error), clientId)),
    pendingBytes: () => (webSocket.readyState === WebSocket.OPEN ? webSocket.bufferedAmount : 0),
    heard() {
      heardAt = performance.now();
    },
    beat(now) {
      if (webSocket.readyState !== WebSocket.OPEN) return;
      if (pingedAt > heardAt) {
        if (now - pingedAt > limits.heartbeatTimeoutMs) webSocket.terminate();
      } else if (now - pingedAt >= limits.heartbeatMs) {
        pingedAt = now;
        webSocket.ping();
      }
    },
    // The code says why; the error's sentence is for transports that have no codes.
    end: (name: CloseName, _error: ParleyError) => closeWith(name),
    cut: () => closeWith('slowReader'),
  };
  return connection;
}
