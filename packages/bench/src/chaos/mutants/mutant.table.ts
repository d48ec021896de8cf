import type { PromiseName } from '../checker/verdict.js';

/** A server with one promise broken, and the run that has to notice it. */
export interface MutantPlan {
  what: string;
  /** Faults of the run. */
  faults: readonly string[];
  /** Rounds; default 1. */
  cycles?: number;
  /** Any of these has to be found broken; another finding does not count as catching it. */
  breaks: readonly PromiseName[];
  /** Added to the server's environment. */
  env?: Record<string, string>;
}

/** The eight deliberate breaks. How each is done: mutant.breaks.ts. */
export const mutants = {
  'ack-before-write': {
    what: 'a send is acknowledged when its batch has not been written yet',
    faults: ['kill-server'],
    breaks: ['lost', 'stale'],
  },
  'no-unique-index': {
    what: 'nothing keeps a clientId from being used twice',
    faults: [],
    breaks: ['doubled'],
  },
  'order-by-time': {
    what: 'pages are ordered by the time of the messages',
    faults: [],
    breaks: ['reordered'],
  },
  unjournaled: {
    what: 'the database acknowledges before its journal is written',
    faults: ['kill-engine'],
    cycles: 2,
    breaks: ['lost'],
    // The engine's own second line of defence (embedded.engine.ts) has to give way, too.
    env: { WIREDTIGER_CONFIG: 'transaction_sync=(enabled=false)' },
  },
  'receipt-goes-back': {
    what: 'a watermark is set to what it is told, further back as well',
    faults: [],
    breaks: ['receipts'],
  },
  'event-dropped-on-resume': {
    what: 'sync leaves one change out, now and then',
    faults: [],
    breaks: ['resume'],
  },
  'replay-twice': {
    what: 'sync gives again what the client said it has',
    faults: [],
    breaks: ['doubled'],
  },
  'stale-head-after-restart': {
    what: 'after a restart nothing is healed, and a chat stands where its own document says',
    faults: ['kill-both'],
    breaks: ['stale', 'resume'],
  },
} as const satisfies Record<string, MutantPlan>;

export type MutantName = keyof typeof mutants;
