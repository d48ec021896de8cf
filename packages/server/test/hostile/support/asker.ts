import { enter } from '../../live/live.client.js';
import type { Attack, Member, Transport } from '../hostile.case.js';

/** The same thing asked over REST and by event; a transport that has no word for it is left out. */
export interface Request {
  rest?: [method: string, path: string, body?: unknown];
  event?: [name: string, payload?: unknown];
}

/** What came of it, in one form for every transport. `body` has no part that differs between two equal answers. */
export interface Outcome {
  ok: boolean;
  code: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is looked at by the cases
  body: any;
}

/** Asks as one person over one transport; undefined where the transport has no word for it. */
export type Asker = (request: Request) => Promise<Outcome | undefined>;

/** The transports that an asker speaks. */
export const askingTransports: readonly Transport[] = ['REST', 'cookie', 'Socket.IO', 'polling'];

/** Lets one person ask. */
export async function createAsker({ server, transport }: Attack, person: Member): Promise<Asker> {
  if (transport === 'REST' || transport === 'cookie') {
    const identity =
      transport === 'REST'
        ? { token: person.token }
        : { cookie: `token=${person.token}`, headers: { Origin: server.url } };
    return async ({ rest }) => {
      if (rest === undefined) return undefined;
      const [method, path, body] = rest;
      const answer = await server.request(method, path, { ...identity, ...(body !== undefined && { body }) });
      return toOutcome(answer.status < 400, answer.body, answer.body?.code);
    };
  }
  const transports = [transport === 'polling' ? 'polling' : 'websocket'] as ['polling' | 'websocket'];
  const socket = await enter(server, person, {}, { transports });
  return async ({ event }) => {
    if (event === undefined) return undefined;
    const ack = await socket.call(...event);
    return toOutcome(ack.ok, ack.ok ? ack : ack.error, ack.error?.code);
  };
}

function toOutcome(ok: boolean, body: object, code: string | undefined): Outcome {
  const { instance: _, ...rest } = { instance: '', ...body };
  return { ok, code: ok ? undefined : code, body: rest };
}
