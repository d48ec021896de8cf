import type { Socket } from 'socket.io';

/** What engine.io keeps of a packet that waits; a broadcast's frame is computed once and shared. */
interface WaitingPacket {
  data?: string | Buffer;
  options?: { wsPreEncodedFrame?: Buffer[] };
}

/** The parts of an engine.io connection that hold outgoing bytes; they have no public name. */
interface EngineConnection {
  writeBuffer: WaitingPacket[];
  transport: { socket?: { bufferedAmount: number; terminate(): void } };
  close(discard?: boolean): void;
}

function engineOf(socket: Socket): EngineConnection {
  return socket.conn as unknown as EngineConnection;
}

/**
 * Bytes that wait for a client: in engine.io's queue, which fills while a write or a poll is under way, and in the
 * buffers of ws and of the kernel-side stream below it. Counting one of the two misses most of it.
 */
export function countWaitingBytes(socket: Socket): number {
  const { writeBuffer, transport } = engineOf(socket);
  let bytes = transport.socket?.bufferedAmount ?? 0;
  for (const packet of writeBuffer) bytes += sizeOf(packet);
  return bytes;
}

function sizeOf({ data, options }: WaitingPacket): number {
  const frame = options?.wsPreEncodedFrame;
  if (frame !== undefined) return frame.reduce((sum, part) => sum + part.length, 0);
  return data === undefined ? 0 : Buffer.byteLength(data);
}

/** Closes without waiting for anything to be written: a closing handshake would wait behind what is not read. */
export function cutOff(socket: Socket): void {
  const engine = engineOf(socket);
  const { socket: webSocket } = engine.transport;
  engine.close(true);
  webSocket?.terminate();
}

/** Closes once all is written, without a farewell packet: the client takes it for a lost connection and returns. */
export function closeToReturn(socket: Socket): void {
  engineOf(socket).close();
}
