import { WebSocket } from 'ws';
import { ANSWER_MS, type Answer, noAnswer, PATIENT_MS, refusalOf } from './answer.js';
import type { Body } from './rest.client.js';

/** A live connection that speaks Socket.IO. */
export interface SocketIoClient {
  /** Emits with an ack, and waits for it so many milliseconds, 3,500 by default. Never throws. */
  call(event: string, payload: object, withinMs?: number): Promise<Answer<Body>>;
  isOpen(): boolean;
  /** Resolves once it is closed, with the close code. */
  readonly closed: Promise<number>;
  /** Reads no more from the network, as a frozen reader. */
  stall(): void;
  close(): void;
  /** Cuts the connection without a farewell. */
  cut(): void;
}

export interface SocketIoOptions {
  port: number;
  token: string;
  onEvent?: (event: string, payload: Body) => void;
  /** Milliseconds from the call until `authenticated`; default 30,000. */
  withinMs?: number;
}

/** What a refused connection carries: a code of the catalogue, or why there was no answer. */
export class ConnectFailure extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`no connection: ${code}`);
    this.code = code;
  }
}

/**
 * Connects and waits until the server knows the user; throws `ConnectFailure`. Speaks the frames of Engine.IO 4 and
 * Socket.IO 5 itself: 3,000 of these cost a tenth of the stock clients, and nothing is buffered or sent again behind
 * the back of the history.
 */
export function connectSocketIo(options: SocketIoOptions): Promise<SocketIoClient> {
  const { port, token, onEvent, withinMs: connectWithinMs = PATIENT_MS } = options;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  const waiting = new Map<number, (answer: Answer<Body>) => void>();
  let calls = 0;

  const client: SocketIoClient = {
    call(event, payload, withinMs = ANSWER_MS) {
      if (socket.readyState !== WebSocket.OPEN)
        return Promise.resolve({ outcome: 'fail', code: 'not_connected' });
      calls += 1;
      const id = calls;
      return new Promise((resolve) => {
        const timer = setTimeout(() => finish(noAnswer('timeout')), withinMs);
        const finish = (answer: Answer<Body>) => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(answer);
        };
        waiting.set(id, finish);
        socket.send(`42${id}${JSON.stringify([event, payload])}`);
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
    const deadline = setTimeout(() => fail('timeout'), connectWithinMs);
    socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'connection_lost'));
    socket.on('unexpected-response', (_request, response) => fail(`http_${response.statusCode}`));
    socket.on('close', () => {
      fail('connection_lost');
      for (const finish of [...waiting.values()]) finish(noAnswer('connection_lost'));
    });
    socket.on('message', (data) => {
      const frame = String(data);
      if (frame[0] === '0') socket.send(`40${JSON.stringify({ token })}`);
      else if (frame[0] === '2') socket.send('3');
      else if (frame.startsWith('44')) fail(codeOf(frame.slice(2)));
      else if (frame.startsWith('43')) {
        const start = frame.indexOf('[');
        const [ack] = JSON.parse(frame.slice(start)) as [Body];
        waiting.get(Number(frame.slice(2, start)))?.(
          ack.ok === true ? { outcome: 'ok', value: ack } : refusalOf(ack.error ?? {}),
        );
      } else if (frame.startsWith('42')) {
        const [event, payload] = JSON.parse(frame.slice(frame.indexOf('['))) as [string, Body];
        if (event === 'authenticated') {
          clearTimeout(deadline);
          resolve(client);
        }
        onEvent?.(event, payload);
      }
    });
  });
}

function codeOf(text: string): string {
  try {
    const error = JSON.parse(text) as { data?: { code?: string }; message?: string };
    return error.data?.code ?? error.message ?? 'refused';
  } catch {
    return 'refused';
  }
}
