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

/** A server, and what of it samples may name. */
interface Target {
  server: AttackedServer;
  ids: string[];
  tokens: string[];
}

async function startTarget(env: Record<string, string>): Promise<Target> {
  const server = await startAttackedServer(env, { limits: unlimited, logLevel: 'warn' });
  return { server, ids: [LOBBY_CHAT_ID, 'f'.repeat(24)], tokens: [] };
}

async function people({ server, ids, tokens }: Target): Promise<void> {
  for (let n = 0; n < 3; n += 1) {
    const person = await server.newPerson('known');
    ids.push(person.id);
    tokens.push(person.token, person.refreshToken);
  }
}

/**
 * Runs all fuzzers side by side for so long, against a server of the usual dialects and one of the sidebar's; the same
 * seed makes the same choices as long as the answers are the same.
 */
export async function runFuzz(seed: number, seconds: number): Promise<FuzzReport> {
  const [usual, sidebar] = await Promise.all([startTarget({}), startTarget({ DIALECT: 'sidebar' })]);
  const servers = [usual.server, sidebar.server];
  const report: FuzzReport = {
    requests: 0,
    events: 0,
    served: { requests: 0, events: 0 },
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

  function createFuzz(salt: number, { server, ids, tokens }: Target): Fuzz {
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
      fuzzRequests(createFuzz(1, usual)),
      fuzzRequests(createFuzz(2, usual)),
      fuzzRequests(createFuzz(3, sidebar)),
      fuzzEvents(createFuzz(11, usual)),
      fuzzFrames(createFuzz(21, usual)),
    ]);

  try {
    await Promise.all([people(usual), people(sidebar)]);
    // Code that is compiled and caches that are filled in the first seconds are no leak.
    await runAll();
    report.before = await weigh(servers);
    until = performance.now() + seconds * 1_000;
    await runAll();
    report.after = await settle(servers, report.before);
    for (const server of servers) report.failures.push(...(await server.failures()));
  } catch (error) {
    report.failures.push(error instanceof Error ? error.message : String(error));
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
  return report;
}

async function weigh(servers: AttackedServer[]): Promise<Memory> {
  const each = await Promise.all(servers.map((server) => server.memory()));
  const sum = (name: keyof Memory) => each.reduce((total, memory) => total + memory[name], 0);
  return { heldBytes: sum('heldBytes'), residentBytes: sum('residentBytes') };
}

/** Whether the memory stayed where it was; caches may fill up to their limits. */
export function isFlat({ before, after }: FuzzReport): boolean {
  return after.heldBytes - before.heldBytes <= KEPT_MAX_BYTES;
}

const SETTLE_TRIES = 8;

async function settle(servers: AttackedServer[], before: Memory): Promise<Memory> {
  let now = await weigh(servers);
  for (
    let attempt = 0;
    attempt < SETTLE_TRIES && now.heldBytes > before.heldBytes + KEPT_MAX_BYTES / 2;
    attempt += 1
  ) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    now = await weigh(servers);
  }
  return now;
}
