import { limits as defaults, ParleyError } from '@parley/protocol';

/** Seconds after which whoever was refused should come back: spread, so that they do not come back together. */
const RETRY_AFTER = { least: 1, spread: 5 };

export interface AdmissionOptions {
  /** Work under way at once; default `syncsAtOnce`. */
  atOnce?: number;
  /** Work that waits for its turn; default `syncsWaitingMax`. */
  waitingMax?: number;
  /** How long work may wait, in milliseconds; default `syncWaitMs`. */
  waitMs?: number;
  /** Whether a failure would meet everything that waits as well; it is then refused at once, with the same error. */
  concernsAll?: (error: unknown) => boolean;
  now?: () => number;
}

/**
 * Lets so much of an expensive kind of work through at once, in order of arrival. After a restart everybody asks for
 * everything at the same moment: without a gate all answers take as long as the last, clients give up and ask again,
 * and the server works for nobody (found by the fault harness with 3,000 clients).
 */
export function createAdmissionGate(options: AdmissionOptions = {}) {
  const atOnce = options.atOnce ?? defaults.syncsAtOnce;
  const waitingMax = options.waitingMax ?? defaults.syncsWaitingMax;
  const waitMs = options.waitMs ?? defaults.syncWaitMs;
  const now = options.now ?? (() => performance.now());
  const concernsAll = options.concernsAll ?? (() => false);
  const waiting: { since: number; admit: () => void; refuse: (error: unknown) => void }[] = [];
  let underWay = 0;

  const refusal = () =>
    new ParleyError('server_busy', {
      retryAfterSeconds: RETRY_AFTER.least + Math.floor(Math.random() * RETRY_AFTER.spread),
    });

  function next(): void {
    underWay -= 1;
    for (let turn = waiting.shift(); turn !== undefined; turn = waiting.shift()) {
      // Its client has given up or is about to; the time is better spent on those behind it.
      if (now() - turn.since > waitMs) turn.refuse(refusal());
      else {
        underWay += 1;
        turn.admit();
        return;
      }
    }
  }

  /** Throws `server_busy` when as much waits as may: before anything is done for work that would be refused. */
  function checkRoom(): void {
    if (underWay >= atOnce && waiting.length >= waitingMax) throw refusal();
  }

  return {
    checkRoom,

    /** How many wait for their turn. */
    waiting: () => waiting.length,

    /** Does the work in its turn. Throws `server_busy` when too much waits, or when its turn comes too late. */
    async run<T>(work: () => Promise<T>): Promise<T> {
      if (underWay >= atOnce) {
        checkRoom();
        await new Promise<void>((admit, refuse) => {
          waiting.push({ since: now(), admit, refuse });
        });
      } else underWay += 1;
      try {
        return await work();
      } catch (error) {
        if (concernsAll(error)) for (const { refuse } of waiting.splice(0)) refuse(error);
        throw error;
      } finally {
        next();
      }
    },
  };
}
