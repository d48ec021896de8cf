import { createServer, type Server, Socket } from 'node:net';
import type { Random } from '../random.js';

/**
 * What the network does to connections:
 * - `pass`: nothing.
 * - `drop`: ends every connection, and every new one at once.
 * - `delay`: holds every piece back by up to `DELAY_MAX_MS`, in order.
 * - `half-close`: ends one direction and leaves the other open.
 * - `reset`: resets every connection (RST), and new ones after a moment.
 * - `black-hole`: connections stay and take bytes; nothing arrives.
 * - `lose-acks`: what clients say arrives, what the server answers does not.
 */
export type ProxyMode = 'pass' | 'drop' | 'delay' | 'half-close' | 'reset' | 'black-hole' | 'lose-acks';

const DELAY_MAX_MS = 400;
/** A new connection lives this long under `reset`. */
const RESET_AFTER_MS = 30;

/** A TCP proxy in front of one port. */
export interface TcpProxy {
  port: number;
  /** Changes what happens from now on. Streams that lost bytes are reset when the network is well again. */
  become(mode: ProxyMode): void;
  connections(): number;
  /** Bytes that went in and never came out, so far. */
  lostBytes(): number;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  upstream: Socket;
  /** Bytes were lost on the way: the stream cannot go on. */
  isBroken: boolean;
}

/** Listens on `port` and passes everything to `targetPort` of this machine. */
export async function startTcpProxy(port: number, targetPort: number, random: Random): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let mode: ProxyMode = 'pass';
  let lost = 0;

  function accept(client: Socket): void {
    if (mode === 'drop') {
      client.destroy();
      return;
    }
    const upstream = new Socket({ allowHalfOpen: true });
    upstream.connect(targetPort, '127.0.0.1');
    const pair: Pair = { client, upstream, isBroken: false };
    pairs.add(pair);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      // What a broken connection says is what the harness is about.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        client.destroy();
        upstream.destroy();
      });
    }
    carry(pair, client, upstream, 'up');
    carry(pair, upstream, client, 'down');
    if (mode === 'reset') setTimeout(() => mode === 'reset' && reset(pair), RESET_AFTER_MS);
    if (mode === 'half-close')
      setTimeout(() => mode === 'half-close' && halfClose(pair), random.between(10, 200));
  }

  function carry(pair: Pair, from: Socket, to: Socket, direction: 'up' | 'down'): void {
    let clear = Promise.resolve();
    let waiting = 0;
    const inOrder = (step: () => void, delayMs: number) => {
      if (waiting === 0 && delayMs === 0) {
        step();
        return;
      }
      waiting += 1;
      clear = clear
        .then(() => new Promise<void>((done) => setTimeout(done, delayMs)))
        .then(() => {
          waiting -= 1;
          step();
        });
    };
    from.on('data', (chunk: Buffer) => {
      if (mode === 'black-hole' || (mode === 'lose-acks' && direction === 'down')) {
        pair.isBroken = true;
        lost += chunk.length;
        return;
      }
      if (pair.isBroken && direction === 'down') return;
      inOrder(
        () => {
          // A reader that does not read must be felt by the server: no queue of ours in between.
          if (!to.destroyed && !to.write(chunk)) {
            from.pause();
            to.once('drain', () => from.resume());
          }
        },
        mode === 'delay' ? random.between(0, DELAY_MAX_MS) / 4 : 0,
      );
    });
    from.on('end', () => inOrder(() => void to.end(), 0));
  }

  function reset({ client, upstream }: Pair): void {
    client.resetAndDestroy();
    upstream.resetAndDestroy();
  }

  function halfClose({ client, upstream }: Pair): void {
    if (random.chance(0.5)) client.end();
    else upstream.end();
  }

  const server: Server = createServer({ allowHalfOpen: true }, accept);
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', 4_096, resolve);
  });
  return {
    port,
    become(next) {
      mode = next;
      for (const pair of [...pairs]) {
        if (next === 'reset' || (next === 'pass' && pair.isBroken)) reset(pair);
        else if (next === 'drop') {
          pair.client.destroy();
          pair.upstream.destroy();
        } else if (next === 'half-close') halfClose(pair);
      }
    },
    connections: () => pairs.size,
    lostBytes: () => lost,
    async close() {
      for (const pair of pairs) reset(pair);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
