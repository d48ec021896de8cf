import type { ProblemBody } from '@parley/protocol';

/** What a socket does with what comes. */
export interface PacketSocketEvents {
  /** What the server is to know of the client, such as its token. */
  auth: () => object;
  /** The server lets the client in. */
  onOpen: () => void;
  onEvent: (name: string, payload: unknown) => void;
  /** It is over: lost, ended by the server, or refused for a reason. Told once. */
  onClose: (reason: ProblemBody | undefined) => void;
}

/** A connection that was made once, and ends once. */
export interface PacketSocket {
  isOpen(): boolean;
  send(name: string, payload: unknown): void;
  /** Resolves with the ack; rejects when none comes in time, or before the end. */
  request(name: string, payload: unknown, timeoutMs: number): Promise<unknown>;
  /** Ends it without telling `onClose`. */
  close(): void;
}

/** From the first attempt to the server's word that one is in. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Speaks the Socket.IO protocol (version 5 over Engine.IO 4) on one WebSocket, as far as Parley uses it: one
 * namespace, text packets, acks for the client. socket.io-client itself takes 12.9 kB gzipped, half of a whole client,
 * most of it for long polling and binary packets; where WebSockets do not get through, Parley's client has REST.
 */
export function openPacketSocket(
  WebSocket: typeof globalThis.WebSocket,
  url: string,
  { auth, onOpen, onEvent, onClose }: PacketSocketEvents,
): PacketSocket {
  const raw = new WebSocket(`${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
  /** By id; without an answer a request has failed. */
  const acks = new Map<string, (answer?: unknown) => void>();
  let lastId = 0;
  let patienceMs = CONNECT_TIMEOUT_MS;
  let timer: ReturnType<typeof setTimeout>;
  let isOpen = false;
  let isOver = false;

  /** The server sends a ping in every interval; without one it is gone, whatever the network says. */
  function expectMore(): void {
    clearTimeout(timer);
    timer = setTimeout(end, patienceMs);
  }

  function end(reason?: ProblemBody): void {
    if (isOver) return;
    close();
    onClose(reason);
  }

  function close(): void {
    isOver = true;
    isOpen = false;
    clearTimeout(timer);
    raw.close();
    for (const settle of acks.values()) settle();
  }

  raw.onerror = raw.onclose = () => end();
  raw.onmessage = ({ data }) => {
    if (isOver) return;
    const [, type, id = '', body] = /^(4?\d)(\d*)(.*)$/s.exec(data as string) ?? [];
    const content = body ? JSON.parse(body) : undefined;
    if (type === '0') {
      patienceMs = content.pingInterval + content.pingTimeout;
      raw.send(`40${JSON.stringify(auth())}`);
    } else if (type === '2') {
      raw.send('3');
      expectMore();
    } else if (type === '40') {
      isOpen = true;
      expectMore();
      onOpen();
    } else if (type === '42') onEvent(content[0], content[1]);
    else if (type === '43') acks.get(id)?.(content[0]);
    else end(content?.data);
  };
  expectMore();

  const write = (id: string, name: string, payload: unknown) =>
    raw.send(`42${id}${JSON.stringify([name, payload])}`);

  return {
    isOpen: () => isOpen,
    close,
    send: (name, payload) => write('', name, payload),
    request: (name, payload, timeoutMs) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        const id = String(lastId);
        const settle = (answer?: unknown) => {
          acks.delete(id);
          clearTimeout(patience);
          if (answer) resolve(answer);
          else reject();
        };
        const patience = setTimeout(settle, timeoutMs);
        acks.set(id, settle);
        write(id, name, payload);
      }),
  };
}
