import type { Member, ServerKind, Transport } from './hostile.case.js';
import { type AttackedServer, SECRET_CONTENT, startAttackedServer } from './support/attacked.server.js';
import { bringNeighbour } from './support/neighbour.js';
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

/**
 * The servers of the suite. `strict` has the limits, the costly passwords and the safe cookies that people get, `brief`
 * has little patience, `sidebar` speaks that dialect.
 */
const kinds: Record<ServerKind, Parameters<typeof startAttackedServer>> = {
  open: [
    { CLIENT_URL: 'https://chat.example.com', TRUST_PROXY: '1' },
    { limits: { ...unlimited, connectionsPerUser: 5_000 } },
  ],
  strict: [
    {
      CLIENT_URL: 'https://chat.example.com',
      TRUST_PROXY: '1',
      RATE_LIMIT_MAX_REQUESTS: '100',
      COOKIE_SECURE: 'true',
    },
    // The limit of strangers is lower than people get it, and they may stay longer: one machine cannot well open
    // thousands, nor a hundred in time when it is busy.
    { limits: { strangersPerAddress: 100, authenticationTimeoutMs: 60_000 } },
  ],
  brief: [
    { JWT_EXPIRES_IN: '5' },
    {
      limits: {
        ...unlimited,
        // Not so short that the neighbour, who has to come in like everybody, may be late.
        authenticationTimeoutMs: 2_000,
        heartbeatMs: 500,
        heartbeatTimeoutMs: 20_000,
        requestHeadersMs: 1_500,
        requestMs: 2_500,
      },
    },
  ],
  sidebar: [{ DIALECT: 'sidebar' }, { limits: unlimited }],
};

/** log2 of bcrypt's rounds as people get it; in the short form passwords cost next to nothing everywhere. */
const PEOPLES_COST = 12;

/** Starts a server of a kind, and lets the people and the neighbour in. */
export async function startWorld(kind: ServerKind, isThorough: boolean): Promise<World> {
  const [env, options] = kinds[kind];
  const cost = kind === 'strict' && isThorough ? { passwordCost: PEOPLES_COST } : {};
  const server = await startAttackedServer(env, { ...options, ...cost });
  // One after the other: hashing gives way to whatever else the machine does.
  const people: Member[] = [];
  for (const name of ['ann', 'bob', 'mallory', 'neighbour', 'other'])
    people.push(await server.newPerson(name));
  const [ann, bob, mallory, honest, other] = people as [Member, Member, Member, Member, Member];
  const content = SECRET_CONTENT;
  const sent = await server.request('POST', '/api/messages/send', {
    token: ann.token,
    body: { to: bob.id, content, clientId: 'the-secret' },
  });
  const { chatId, id: messageId } = sent.body.message;
  const invite = () => bringNeighbour(server, honest, other.id);
  let neighbour = await invite();

  return {
    server,
    ann,
    bob,
    mallory,
    secret: { chatId, messageId, content },
    async sayHello(transport) {
      // Where tokens live for seconds, a neighbour has to come in anew.
      if (kind === 'brief') {
        neighbour.leave();
        neighbour = await invite();
      }
      return neighbour.sayHello(transport).catch(async (error: unknown) => {
        neighbour.leave();
        neighbour = await invite();
        throw error;
      });
    },
    async close() {
      neighbour.leave();
      await server.close();
    },
  };
}
