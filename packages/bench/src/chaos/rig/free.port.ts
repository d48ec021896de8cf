import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections (32768 and up on Linux): one of those could be taken by
 * any client of this machine while the server that has it is down. Each process has a stretch of its own.
 */
const FIRST = 10_000;
const STRETCH = 200;
const STRETCHES = 100;

let given = 0;

/** A TCP port of this machine that nobody listens on: a server that is killed comes back to the same one. */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < STRETCH; tries += 1) {
    const port = FIRST + (process.pid % STRETCHES) * STRETCH + (given % STRETCH);
    given += 1;
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.on('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
