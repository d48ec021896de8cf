import type { Duplex } from 'node:stream';

/**
 * Lets what is written to a socket within one turn of the event loop go out together. A batch that comes back from the
 * database is many small frames for each connection; each would be a system call of its own, and those were a quarter
 * of the server's time under load. Nothing waits for a timer (an immediate runs as soon as the sockets that
 * can be read have been), and nothing is counted differently: what is held counts as buffered, and `end` flushes it.
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
      setImmediate(release);
    }
    return write(...args);
  }) as typeof socket.write;
}
