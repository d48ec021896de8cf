import { connect, openRaw } from '../../live/live.client.js';
import type { Transport } from '../hostile.case.js';
import type { AttackedServer } from './attacked.server.js';

/** Every way on which a token can be shown. */
export const everyTransport: readonly Transport[] = [
  'REST',
  'cookie',
  'Socket.IO',
  'polling',
  'raw WebSocket',
];

/** Shows a token; gives `ok`, or the code that it was refused with. A raw WebSocket has close codes only: `4401`. */
export async function presentToken(
  server: AttackedServer,
  transport: Transport,
  token: string,
): Promise<string> {
  switch (transport) {
    case 'REST':
    case 'cookie': {
      const answer = await server.request(
        'GET',
        '/api/auth/profile',
        transport === 'REST' ? { token } : { cookie: `token=${token}` },
      );
      return answer.status === 200 ? 'ok' : answer.body.code;
    }
    case 'raw WebSocket': {
      const raw = openRaw(server, `/ws?token=${encodeURIComponent(token)}`);
      const result = await Promise.race([
        raw.waitFor('history').then(() => 'ok'),
        raw.waitFor('close').then(({ code }) => String(code)),
        raw.waitFor('refused').then((status) => `HTTP ${status}`),
      ]);
      raw.webSocket.terminate();
      return result;
    }
    case 'Socket.IO':
    case 'polling': {
      const transports = [transport === 'polling' ? 'polling' : 'websocket'] as ['polling' | 'websocket'];
      const socket = connect(server, { token }, { transports });
      const result = await Promise.race([
        socket.waitFor('authenticated').then(() => 'ok'),
        socket.waitFor('connect_error').then(({ data, message }) => data?.code ?? message),
        socket.waitFor('error').then(({ code }) => code),
      ]);
      socket.socket.disconnect();
      return result;
    }
  }
}

/** Whether the result is this refusal, in the words of the transport. */
export function isRefusal(transport: Transport, result: string, ...codes: string[]): boolean {
  return transport === 'raw WebSocket' ? result === '4401' : codes.includes(result);
}
