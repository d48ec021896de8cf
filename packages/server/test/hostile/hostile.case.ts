import type { Person } from '../support/test-server.js';
import type { AttackedServer } from './support/attacked.server.js';

/** The ways to reach the server. `polling` is Socket.IO without WebSocket, `cookie` is REST as a browser speaks it. */
export type Transport = 'REST' | 'cookie' | 'Socket.IO' | 'polling' | 'raw WebSocket';

/** Groups of cases, in the order of the issue. */
export type Group =
  | 'passwords and login'
  | 'tokens'
  | 'cookies, CSRF, CORS'
  | 'handshake'
  | 'frames and parsers'
  | 'injection and types'
  | 'authorisation'
  | 'output'
  | 'resources'
  | 'defaults at start';

/** A signed-in person with everything that signing in gave. */
export type Member = Person & { refreshToken: string; sessionId: string };

/** A server that differs from the usual one by its environment or limits; started once, when first asked for. */
export type ServerKind = 'open' | 'strict' | 'brief' | 'sidebar';

/** What a case has to work with. */
export interface Attack {
  transport: Transport;
  server: AttackedServer;
  /** Two people with a chat of their own, and one who is in no chat with them. */
  ann: Member;
  bob: Member;
  mallory: Member;
  /** What the two have written. */
  secret: { chatId: string; messageId: string; content: string };
  /** Whether there is time for the long form: more samples, more connections. */
  isThorough: boolean;
  /** Everything up to here was preparation; what is in the database now must be there afterwards, and nothing else. */
  begin(): Promise<void>;
  /** Something to know beside the result, printed with it. */
  note(text: string): void;
}

/** One way of doing harm, and the answer that the server owes to it. */
export interface HostileCase {
  group: Group;
  /** What is attempted, and the answer. */
  name: string;
  on: readonly Transport[];
  /** Default `open`: the limits are out of the way. */
  server?: ServerKind;
  /** The stated answer is that something is stored. */
  writes?: boolean;
  /** Why it cannot be run here, or undefined when it can. */
  missing?: () => string | undefined;
  run(attack: Attack): Promise<void>;
}

/** Cases of one group, for the lists. */
export function inGroup(group: Group, cases: Omit<HostileCase, 'group'>[]): HostileCase[] {
  return cases.map((one) => ({ group, ...one }));
}
