import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** A TCP port of this machine that nobody listens on: a server that is killed comes back to the same one. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
