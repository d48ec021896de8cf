import type { Duplex } from 'node:stream';

/**
 * Lets what is written to a socket in one turn go out together. A batch that comes back from the database is many small
 * frames for each connection; each would be a system call of its own, and those were a quarter of the server's time
 * under load. A turn ends with the promises that are settled in it, acks among them. No other event comes in between,
 * so nobody who looks at how much waits for a slow reader sees what was only held; `end` flushes it.
 */
export function coalesceWrites(socket: Duplex): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let isHeld = false;
  const release = () => {
    isHeld = false;
    socket.uncork();
  };
  socket.write = ((...args: unknown[]) => {
    if (!isHeld) {
      isHeld = true;
      socket.cork();
      queueMicrotask(release);
    }
    return write(...args);
  }) as typeof socket.write;
}
