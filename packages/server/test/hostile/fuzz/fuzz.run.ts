import { LOBBY_CHAT_ID } from '@parley/protocol';
import { type AttackedServer, type Memory, startAttackedServer } from '../support/attacked.server.js';
import { unlimited } from '../support/server.limits.js';
import { fuzzEvents } from './event.fuzzer.js';
import { fuzzFrames } from './frame.fuzzer.js';
import type { Fuzz, FuzzReport } from './fuzz.context.js';
import { createMutator } from './mutation.js';
import { createRandomSource } from './random.source.js';
import { fuzzRequests } from './request.fuzzer.js';
import { createSampler } from './schema.sample.js';

const IDS_KEPT = 60;
const WARM_MS = 1_500;
const KEPT_MAX_BYTES = 48 * 1_048_576;
const nobody = { heldBytes: 0, residentBytes: 0 };

/** Runs all fuzzers side by side for so long; the same seed makes the same choices as long as the answers are the same. */
export async function runFuzz(seed: number, seconds: number): Promise<FuzzReport> {
  const server = await startAttackedServer({}, { limits: unlimited, logLevel: 'warn' });
  const ids = [LOBBY_CHAT_ID, 'f'.repeat(24)];
  const tokens: string[] = [];
  const report: FuzzReport = {
    requests: 0,
    events: 0,
    frames: 0,
    slowestMs: 0,
    slowestWhat: '',
    before: nobody,
    after: nobody,
    serverErrors: [],
    failures: [],
    unanswered: [],
  };
  let until = performance.now() + WARM_MS;

  function createFuzz(salt: number): Fuzz {
    const random = createRandomSource(seed * 1_009 + salt);
    return {
      random,
      sample: createSampler(random, () => ({ ids, tokens })),
      ...createMutator(random),
      server,
      report,
      learn(text) {
        const found = text.match(/\b[0-9a-f]{24}\b/g);
        if (found === null) return;
        ids.push(random.pick(found));
        // The lobby and nobody stay.
        if (ids.length > IDS_KEPT) ids.splice(2 + random.int(ids.length - 2), 1);
      },
      noteTime(tookMs, what) {
        if (tookMs <= report.slowestMs) return;
        report.slowestMs = tookMs;
        report.slowestWhat = what;
      },
      isOver: () => performance.now() > until,
    };
  }

  const runAll = () =>
    Promise.all([
      ...[1, 2, 3].map((salt) => fuzzRequests(createFuzz(salt))),
      fuzzEvents(createFuzz(11)),
      fuzzFrames(createFuzz(21)),
    ]);

  try {
    for (let n = 0; n < 3; n += 1) {
      const person = await server.newPerson('known');
      ids.push(person.id);
      tokens.push(person.token, person.refreshToken);
    }
    // Code that is compiled and caches that are filled in the first seconds are no leak.
    await runAll();
    report.before = await server.memory();
    until = performance.now() + seconds * 1_000;
    await runAll();
    report.after = await settle(server, report.before);
    report.failures.push(...(await server.failures()));
  } catch (error) {
    report.failures.push(error instanceof Error ? error.message : String(error));
  } finally {
    await server.close();
  }
  return report;
}

/** Whether the memory stayed where it was; caches may fill up to their limits. */
export function isFlat({ before, after }: FuzzReport): boolean {
  return after.heldBytes - before.heldBytes <= KEPT_MAX_BYTES;
}

const SETTLE_TRIES = 8;

async function settle(server: AttackedServer, before: Memory): Promise<Memory> {
  let now = await server.memory();
  for (
    let attempt = 0;
    attempt < SETTLE_TRIES && now.heldBytes > before.heldBytes + KEPT_MAX_BYTES / 2;
    attempt += 1
  ) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    now = await server.memory();
  }
  return now;
}
