import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { type ClientOptions, WebSocket } from 'ws';
import type { LiveServer } from './live.fixture.js';

/** How long a test waits for what must come. */
const DEADLINE_MS = 20_000;

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is looked at by the tests
export type Received = any;

interface Waiter {
  matches: (name: string, payload: Received) => boolean;
  resolve: (payload: Received) => void;
}

/** Keeps everything that came, in order, and lets a test wait for what must come. */
export class Recorder {
  readonly received: { name: string; payload: Received }[] = [];
  private waiters: Waiter[] = [];

  record(name: string, payload: Received): void {
    this.received.push({ name, payload });
    for (const waiter of this.waiters.filter(({ matches }) => matches(name, payload))) {
      this.waiters = this.waiters.filter((other) => other !== waiter);
      waiter.resolve(payload);
    }
  }

  /** Payloads of one name so far. */
  all(name: string): Received[] {
    return this.received.filter((event) => event.name === name).map(({ payload }) => payload);
  }

  /** The first event of this name that fits, past or to come. */
  waitFor(name: string, fits: (payload: Received) => boolean = () => true): Promise<Received> {
    const matches = (other: string, payload: Received) => other === name && fits(payload);
    const past = this.received.find((event) => matches(event.name, event.payload));
    if (past !== undefined) return Promise.resolve(past.payload);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const names = this.received.map((event) => event.name).join(', ');
        reject(new Error(`no ${name} within ${DEADLINE_MS} ms; there came: ${names}`));
      }, DEADLINE_MS);
      this.waiters.push({
        matches,
        resolve: (payload) => {
          clearTimeout(timer);
          resolve(payload);
        },
      });
    });
  }
}

/** A Socket.IO client that keeps what it gets; `disconnect` and `connect_error` are kept like events. */
export interface TestSocket extends Recorder {
  socket: Socket;
  /** Emits with an ack. */
  call(event: string, ...args: unknown[]): Promise<Received>;
}

const open: { recorder: Recorder; close: () => void }[] = [];

/** Connects; with a token it is authenticated when `authenticated` came. */
export function connect(
  server: Pick<LiveServer, 'url'>,
  auth: Record<string, unknown> = {},
  options: Partial<ManagerOptions & SocketOptions> = {},
): TestSocket {
  const socket = io(server.url, {
    auth,
    forceNew: true,
    reconnection: false,
    transports: ['websocket'],
    ...options,
  });
  const recorder = Object.assign(new Recorder(), {
    socket,
    call: (event: string, ...args: unknown[]) =>
      socket.timeout(DEADLINE_MS).emitWithAck(event, ...args) as Promise<Received>,
  });
  socket.onAny((name: string, payload: unknown) => recorder.record(name, payload));
  socket.on('connect', () => recorder.record('connect', undefined));
  socket.on('disconnect', (reason) => recorder.record('disconnect', reason));
  socket.on('connect_error', (error) =>
    recorder.record('connect_error', { message: error.message, data: (error as Received).data }),
  );
  open.push({ recorder, close: () => socket.disconnect() });
  return recorder;
}

/** Connects and waits until the server knows who it is. */
export async function enter(
  server: Pick<LiveServer, 'url'>,
  user: { token: string },
  auth: Record<string, unknown> = {},
  options: Partial<ManagerOptions & SocketOptions> = {},
): Promise<TestSocket> {
  const client = connect(server, { token: user.token, ...auth }, options);
  await client.waitFor('authenticated');
  return client;
}

/** A raw WebSocket that keeps its frames by their `type`, and `close` with its code. */
export interface TestWebSocket extends Recorder {
  webSocket: WebSocket;
  say(frame: string | object): void;
}

/** Opens a raw WebSocket. */
export function openRaw(
  server: Pick<LiveServer, 'webSocketUrl'>,
  path: string,
  options: ClientOptions = {},
): TestWebSocket {
  const webSocket = new WebSocket(`${server.webSocketUrl}${path}`, options);
  const recorder = Object.assign(new Recorder(), {
    webSocket,
    say: (frame: string | object) =>
      webSocket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
  });
  webSocket.on('open', () => recorder.record('open', undefined));
  webSocket.on('message', (data) => {
    const frame = JSON.parse(String(data));
    recorder.record(frame.type, frame);
  });
  webSocket.on('unexpected-response', (_request, response) =>
    recorder.record('refused', response.statusCode),
  );
  webSocket.on('error', (error) => recorder.record('error-event', error));
  webSocket.on('close', (code, reason) => recorder.record('close', { code, reason: String(reason) }));
  open.push({ recorder, close: () => webSocket.terminate() });
  return recorder;
}

/** Everything that the clients of a test have received so far. */
export function receivedByClients(): Recorder['received'] {
  return open.flatMap(({ recorder }) => recorder.received);
}

/** Ends every client of a test. */
export function closeClients(): void {
  for (const { close } of open.splice(0)) close();
}
