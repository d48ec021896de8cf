import { WebSocket } from 'ws';
import { ANSWER_MS, type Answer, noAnswer, PATIENT_MS, refusalOf } from './answer.js';
import type { Body } from './rest.client.js';
import { ConnectFailure } from './socketio.client.js';

/** A raw WebSocket in the lobby. */
export interface LobbyClient {
  /**
   * Says something; the answer is one's own message when it comes back. Never throws. What is said again is answered
   * by its original, out of order: not told to `onMessage`.
   */
  say(text: string, clientId: string, isAgain: boolean): Promise<Answer<{ id: string; seq: number }>>;
  isOpen(): boolean;
  /** Resolves once it is closed, with the close code. */
  readonly closed: Promise<number>;
  stall(): void;
  close(): void;
  cut(): void;
}

export interface LobbyOptions {
  port: number;
  token: string;
  onMessage?: (frame: Body) => void;
  /** What was said before, oldest first. */
  onHistory?: (frames: Body[]) => void;
  /** Milliseconds from the call until the history came; default 30,000. */
  withinMs?: number;
}

/** Connects and waits for the lobby's past; throws `ConnectFailure`. */
export function connectLobby({
  port,
  token,
  onMessage,
  onHistory,
  withinMs = PATIENT_MS,
}: LobbyOptions): Promise<LobbyClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws?token=${token}`, { perMessageDeflate: false });
  const waiting = new Map<string, (answer: Answer<{ id: string; seq: number }>) => void>();
  const again = new Set<string>();
  const client: LobbyClient = {
    say(text, clientId, isAgain) {
      if (isAgain) again.add(clientId);
      if (socket.readyState !== WebSocket.OPEN)
        return Promise.resolve({ outcome: 'fail', code: 'not_connected' });
      return new Promise((resolve) => {
        const timer = setTimeout(() => finish(noAnswer('timeout')), ANSWER_MS);
        const finish = (answer: Answer<{ id: string; seq: number }>) => {
          clearTimeout(timer);
          waiting.delete(clientId);
          resolve(answer);
        };
        waiting.set(clientId, finish);
        socket.send(JSON.stringify({ text, clientId }));
      });
    },
    isOpen: () => socket.readyState === WebSocket.OPEN,
    closed: new Promise((resolve) => socket.once('close', resolve)),
    stall: () => socket.pause(),
    close: () => socket.close(),
    cut: () => socket.terminate(),
  };
  return new Promise((resolve, reject) => {
    const fail = (code: string) => {
      clearTimeout(deadline);
      reject(new ConnectFailure(code));
      socket.terminate();
    };
    const deadline = setTimeout(() => fail('timeout'), withinMs);
    socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'connection_lost'));
    socket.on('close', (code) => {
      fail(`closed_${code}`);
      for (const finish of [...waiting.values()]) finish(noAnswer('connection_lost'));
    });
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Body;
      if (frame.type === 'history') {
        clearTimeout(deadline);
        onHistory?.(frame.messages);
        resolve(client);
      } else if (frame.type === 'message') {
        // A broadcast carries the sender's own key on the sender's own connections alone.
        if (frame.clientId !== undefined)
          waiting.get(frame.clientId)?.({ outcome: 'ok', value: { id: frame.messageId, seq: frame.seq } });
        if (!again.has(frame.clientId)) onMessage?.(frame);
      } else if (frame.type === 'error' && frame.clientId !== undefined) {
        waiting.get(frame.clientId)?.(refusalOf({ code: frame.code }));
      }
    });
  });
}
