import type { Member, ServerKind, Transport } from './hostile.case.js';
import { type AttackedServer, startAttackedServer } from './support/attacked.server.js';
import { bringNeighbour, type Neighbour } from './support/neighbour.js';
import { unlimited } from './support/server.limits.js';

/** A server with the people of the cases in it, and a neighbour who must not notice anything. */
export interface World {
  server: AttackedServer;
  ann: Member;
  bob: Member;
  mallory: Member;
  secret: { chatId: string; messageId: string; content: string };
  /** Sends an honest message; gives the milliseconds to its ack. */
  sayHello(transport: Transport): Promise<number>;
  close(): Promise<void>;
}

/** The servers of the suite. `brief` forgets quickly, `strict` has the limits and the
 * costly passwords that people get. */
const kinds: Record<ServerKind, Parameters<typeof startAttackedServer>> = {
  open: [
    { CLIENT_URL: 'https://chat.example.com', TRUST_PROXY: '1' },
    { limits: { ...unlimited, connectionsPerUser: 5_000 } },
  ],
  strict: [
    { CLIENT_URL: 'https://chat.example.com', TRUST_PROXY: '1', RATE_LIMIT_MAX_REQUESTS: '100' },
    { passwordCost: 12 },
  ],
  brief: [
    { JWT_EXPIRES_IN: '3' },
    { limits: { ...unlimited, authenticationTimeoutMs: 500, heartbeatMs: 500, heartbeatTimeoutMs: 500 } },
  ],
};

/** Starts a server of a kind, and lets the people and the neighbour in. */
export async function startWorld(kind: ServerKind): Promise<World> {
  const server = await startAttackedServer(...kinds[kind]);
  const people = ['ann', 'bob', 'mallory', 'neighbour', 'other'];
  const [ann, bob, mallory, honest, other] = (await Promise.all(
    people.map((name) => server.newPerson(name)),
  )) as [Member, Member, Member, Member, Member];
  const content = 'between the two of us';
  const sent = await server.request('POST', '/api/messages/send', {
    token: ann.token,
    body: { to: bob.id, content, clientId: 'the-secret' },
  });
  const { chatId, id: messageId } = sent.body.message;
  let neighbour: Neighbour | undefined;

  return {
    server,
    ann,
    bob,
    mallory,
    secret: { chatId, messageId, content },
    async sayHello(transport) {
      // Where tokens live for seconds, a neighbour has to come in anew.
      if (kind === 'brief') neighbour?.leave();
      if (kind === 'brief' || neighbour === undefined) {
        neighbour = await bringNeighbour(server, honest, other.id);
      }
      return neighbour.sayHello(transport);
    },
    async close() {
      neighbour?.leave();
      await server.close();
    },
  };
}
