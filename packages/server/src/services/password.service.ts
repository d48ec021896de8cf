import { createHmac } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { limits } from '@parley/protocol';
import bcrypt from 'bcrypt';
import { createAdmissionGate } from './admission.gate.js';
import { createPasswordThreads, type HashJob } from './password.threads.js';

export interface PasswordOptions {
  /** Keyed digest before bcrypt: the database's own secret, as of `makePasswordKey`. */
  key: string;
  /** log2 of bcrypt's rounds; default 12 (0.23 s of a core; OWASP asks for 10 or more). Tests take 4. */
  cost?: number;
  /** Default: as many as `countHashesAtOnce` gives for this machine. */
  atOnce?: number;
  /** Default `limits.passwordHashesWaiting`. */
  waiting?: number;
}

/** Hashes and compares passwords, a few at a time. Both throw `server_busy` when too many wait, or for too long. */
export interface PasswordService {
  hash(password: string): Promise<string>;
  /** Takes as long without a hash (nobody has that name) as with one; the answer is then false. */
  matches(password: string, hash: string | null): Promise<boolean>;
  /** Throws `server_busy` when too many wait: before anything is looked up for a password that will not be compared. */
  checkRoom(): void;
  /** Ends the threads that hash. */
  close(): Promise<void>;
}

/**
 * How nice the threads are that hash (sched(7) has what a thread then gets of a core that one at 0 wants as well). A
 * third: who signs in alone is not kept waiting, not even on a machine that has no core to spare. A thirtieth while
 * others wait for their turn: a crowd takes the time that is left over, and a flood of bad passwords no more than that
 * (docs/decisions/0007 has what each costs those who chat).
 */
const NICE = { alone: 5, inCrowd: 15 };

/**
 * One core stays free of hashes where there is more than one. A thread that wakes up waits for the time slice of the one
 * that has the core, however low its priority, and a message wakes four threads on its way.
 */
export function countHashesAtOnce(cores: number): number {
  return Math.max(1, Math.min(limits.passwordHashesAtOnce, cores - 1));
}

/**
 * bcrypt over base64(HMAC-SHA256(key, password)). bcrypt alone ignores what follows byte 72 or a NUL; a digest without
 * a key could be "shucked", looked up in the plain SHA-256 hashes that another site has lost.
 */
export function createPasswordService(options: PasswordOptions): PasswordService {
  const {
    key,
    cost = 12,
    atOnce = countHashesAtOnce(availableParallelism()),
    waiting = limits.passwordHashesWaiting,
  } = options;
  const gate = createAdmissionGate({ atOnce, waitingMax: waiting, waitMs: limits.passwordWaitMs });
  // A well-formed hash of the same cost that nobody knows a password for.
  const nobodysHash = bcrypt.genSaltSync(cost) + '.'.repeat(31);
  const threads = {
    alone: createPasswordThreads({ nice: NICE.alone }),
    inCrowd: createPasswordThreads({ nice: NICE.inCrowd }),
  };

  const hashInTurn = (job: HashJob) =>
    gate.run(() => threads[gate.waiting() > 0 ? 'inCrowd' : 'alone'].run(job));

  // 44 characters without a NUL, whatever the password is.
  const digest = (password: string) => createHmac('sha256', key).update(password, 'utf8').digest('base64');

  return {
    hash: async (password) => String(await hashInTurn({ digest: digest(password), cost })),
    async matches(password, hash) {
      const isSame = await hashInTurn({ digest: digest(password), hash: hash ?? nobodysHash });
      return isSame === true && hash !== null;
    },
    checkRoom: () => gate.checkRoom(),
    async close() {
      await Promise.all([threads.alone.close(), threads.inCrowd.close()]);
    },
  };
}
