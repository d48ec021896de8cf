import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

/** What is used of the driver's own connection class, which its public types leave out. */
interface DriverConnection {
  socket: Socket;
  /** Runs once the socket is gone, whoever ended it; afterwards `error` says why. */
  onClose(): void;
  error: Error | null;
}

let isMended = false;

/**
 * Lets a write fail whose connection is gone. Call before the first connection is opened; more calls do nothing.
 *
 * The driver (7.8, and 7.9 still) waits for `drain` after a write that the socket did not take at once, and hears only
 * of `drain` and `error` (`writeCommand` and `once`). A socket that is destroyed without an error gives neither: one
 * whose engine died a moment ago, or one that was given up because the engine is frozen. Such an operation then waits
 * for ever, and where it is the monitor's, the next engine is never found. Every socket says `close` in the end; that
 * is where the wait is told.
 *
 * Throws where the driver has no such method any more: then it is time to look whether it still needs this.
 */
export function mendDriver(): void {
  if (isMended) return;
  const mongoosePath = createRequire(import.meta.url).resolve('mongoose');
  const { Connection } = createRequire(mongoosePath)('mongodb/lib/cmap/connection.js') as {
    Connection: { prototype: DriverConnection };
  };
  const { onClose } = Connection.prototype;
  if (typeof onClose !== 'function') throw new Error('the MongoDB driver has no Connection.onClose to mend');
  Connection.prototype.onClose = function (this: DriverConnection) {
    onClose.call(this);
    // Nobody but a waiting write listens for `drain`; the connection's own listener knows that it is closed.
    if (this.socket.listenerCount('drain') > 0) this.socket.emit('error', this.error);
  };
  isMended = true;
}
