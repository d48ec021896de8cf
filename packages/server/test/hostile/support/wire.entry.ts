import type { Attack, Member } from '../hostile.case.js';
import { encodeFrame, openWireSocket, type WireSocket } from './wire.client.js';

/** A hand-made WebSocket of somebody who is signed in, in the lobby or in Socket.IO. */
export async function enterByWire(
  { server, transport }: Attack,
  person: Member,
  headers: Record<string, string> = {},
): Promise<WireSocket> {
  if (transport === 'raw WebSocket') {
    const wire = await openWireSocket(server.port, `/?token=${person.token}`, headers);
    await wire.until(() => wire.texts().some((text) => text.startsWith('{"type":"history"')), 'history');
    return wire;
  }
  const wire = await openWireSocket(server.port, '/socket.io/?EIO=4&transport=websocket', headers);
  await wire.write(encodeFrame({ payload: `40${JSON.stringify({ token: person.token })}` }));
  await wire.until(() => wire.texts().some((text) => text.startsWith('42["authenticated"')), 'authenticated');
  return wire;
}

/** Text that the transport takes for an event which changes nothing. */
export function harmlessText({ transport }: Attack, filler: string): string {
  return transport === 'raw WebSocket' ? `{"clientId":"${filler}"}` : `42["nothing","${filler}"]`;
}
