import type { AddressInfo } from 'node:net';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of a server that understands WebSocket frames well enough to lose some of them. */
export interface LossyProxy {
  url: string;
  /** Where new connections lead. */
  targetPort: number;
  /** Whether a text frame of the server gets lost; asked for each of them. */
  drop: (frame: string) => boolean;
  /** How many were lost. */
  dropped: number;
  /** Refuses WebSockets, as some proxies of companies do; plain requests pass. */
  refusesUpgrades: boolean;
  /** Cuts all connections; new ones are refused until `restore`. */
  cut(): void;
  restore(): void;
  /** Lets the connections of now fall silent: nothing comes, not even their end. New ones work. */
  freeze(): void;
  /** Cuts all connections once. */
  hiccup(): void;
  close(): Promise<void>;
}

const HEAD_END = '\r\n\r\n';

/** Starts a proxy on a free port. */
export async function startLossyProxy(targetPort: number): Promise<LossyProxy> {
  const pairs = new Set<Socket>();
  const frozen = new Set<() => void>();
  let isCut = false;

  const server: Server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = createConnection(proxy.targetPort, '127.0.0.1');
    pairs.add(client).add(upstream);
    let isFrozen = false;
    frozen.add(() => {
      isFrozen = true;
    });
    const end = () => {
      if (isFrozen) return;
      pairs.delete(client);
      pairs.delete(upstream);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.on('data', (chunk: Buffer) => {
      if (proxy.refusesUpgrades && /^upgrade: websocket/im.test(chunk.toString('latin1'))) end();
      else if (!upstream.destroyed) upstream.write(chunk);
    });
    const filter = createFrameFilter((frame) => {
      if (!proxy.drop(frame)) return false;
      proxy.dropped += 1;
      return true;
    });
    upstream.on('data', (chunk: Buffer) => {
      const kept = filter(chunk);
      if (kept.length > 0 && !client.destroyed && !isFrozen) client.write(kept);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const proxy: LossyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targetPort,
    drop: () => false,
    dropped: 0,
    refusesUpgrades: false,
    cut() {
      isCut = true;
      proxy.hiccup();
    },
    restore() {
      isCut = false;
    },
    freeze() {
      for (const freezeOne of frozen) freezeOne();
    },
    hiccup() {
      for (const socket of [...pairs]) socket.destroy();
    },
    close() {
      frozen.clear();
      proxy.cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}

/** Passes plain HTTP through; after a 101 it takes whole frames (RFC 6455 section 5.2), unmasked as servers send them. */
function createFrameFilter(drop: (frame: string) => boolean): (chunk: Buffer) => Buffer {
  let mode: 'unknown' | 'plain' | 'frames' = 'unknown';
  let held: Buffer = Buffer.alloc(0);

  return (chunk) => {
    if (mode === 'plain') return chunk;
    held = Buffer.concat([held, chunk]);
    const out: Buffer[] = [];
    if (mode === 'unknown') {
      const end = held.indexOf(HEAD_END);
      if (end < 0) return Buffer.alloc(0);
      const isUpgrade = held.subarray(0, 12).toString('latin1') === 'HTTP/1.1 101';
      mode = isUpgrade ? 'frames' : 'plain';
      const split = isUpgrade ? end + HEAD_END.length : held.length;
      out.push(held.subarray(0, split));
      held = held.subarray(split);
    }
    for (let size = frameSize(held); size > 0 && size <= held.length; size = frameSize(held)) {
      const frame = held.subarray(0, size);
      const isText = (frame[0]! & 0x0f) === 1;
      if (!isText || !drop(frame.subarray(payloadStart(frame)).toString('utf8'))) out.push(frame);
      held = held.subarray(size);
    }
    return Buffer.concat(out);
  };
}

function payloadStart(frame: Buffer): number {
  const length = frame[1]! & 0x7f;
  return length === 127 ? 10 : length === 126 ? 4 : 2;
}

/** Bytes of the first frame; 0 while even its head is incomplete. */
function frameSize(bytes: Buffer): number {
  if (bytes.length < 2) return 0;
  const start = payloadStart(bytes);
  if (bytes.length < start) return 0;
  const length = bytes[1]! & 0x7f;
  if (length === 127) return start + Number(bytes.readBigUInt64BE(2));
  return start + (length === 126 ? bytes.readUInt16BE(2) : length);
}
