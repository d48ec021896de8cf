import { closeClients, receivedByClients } from '../live/live.client.js';
import { quickest } from '../support/quickest.js';
import type { Group, HostileCase, ServerKind, Transport } from './hostile.case.js';
import { startWorld, type World } from './hostile.world.js';
import { INSIDES } from './support/exchange.js';
import { closeWires } from './support/wire.client.js';

/** What one case on one transport came to. */
export interface Verdict {
  group: Group;
  name: string;
  transport: Transport;
  outcome: 'ok' | 'failed' | 'skipped';
  /** Why it failed, or what is missing. */
  reason?: string;
  /** Milliseconds of the attack. */
  tookMs: number;
  /** Milliseconds from the next honest message to its ack. */
  helloMs: number;
  notes: string[];
}

export interface RunnerOptions {
  isThorough: boolean;
  /** Milliseconds in which the next honest message must be acknowledged; undefined asks only that it is. */
  helloWithinMs?: number;
}

/** Bytes that a group may leave behind: caches that fill up to their limit, and code that got compiled. */
const KEPT_MAX_BYTES = 24 * 1_048_576;
const MEMORY_TRIES = 20;
const MEMORY_PAUSE_MS = 250;

/** Runs cases on servers that it starts when they are needed, and looks at those servers after each. */
export function createHostileRunner({ isThorough, helloWithinMs }: RunnerOptions) {
  const worlds = new Map<ServerKind, Promise<World>>();

  function worldOf(kind: ServerKind = 'open'): Promise<World> {
    const known = worlds.get(kind) ?? startWorld(kind, isThorough);
    worlds.set(kind, known);
    return known;
  }

  /** Harm that an attack has done lasts; that the machine does something else at that moment does not. */
  async function measureHello(world: World, transport: Transport): Promise<number> {
    const withinMs = helloWithinMs ?? Number.POSITIVE_INFINITY;
    const tookMs = await quickest(withinMs, () => world.sayHello(transport));
    if (tookMs <= withinMs) return tookMs;
    throw new Error(`the next honest message took ${Math.round(tookMs)} ms`);
  }

  async function run(one: HostileCase, transport: Transport): Promise<Verdict> {
    const verdict: Verdict = {
      group: one.group,
      name: one.name,
      transport,
      outcome: 'ok',
      tookMs: 0,
      helloMs: 0,
      notes: [],
    };
    const missing = one.missing?.();
    if (missing !== undefined) return { ...verdict, outcome: 'skipped', reason: missing };
    const world = await worldOf(one.server);
    const { server, ann, bob, mallory, secret } = world;
    const startedAt = performance.now();
    try {
      let before = await server.digest();
      await one.run({
        transport,
        server,
        ann,
        bob,
        mallory,
        secret,
        isThorough,
        begin: async () => {
          before = await server.digest();
        },
        note: (text) => verdict.notes.push(text),
      });
      verdict.tookMs = performance.now() - startedAt;
      expectNoInsides(receivedByClients());
      closeClients();
      for (const received of closeWires()) expectNoInsides(received.toString('latin1'));
      if (one.writes !== true) expectSame(before, await server.digest());
      verdict.helloMs = await measureHello(world, transport);
    } catch (error) {
      verdict.outcome = 'failed';
      verdict.reason = error instanceof Error ? error.message : String(error);
    } finally {
      closeClients();
      closeWires();
    }
    const failures = await server.failures().catch((error: Error) => [error.message]);
    if (failures.length === 0) return verdict;
    const reason = [verdict.reason, ...failures].filter((part) => part !== undefined).join('; ');
    return { ...verdict, outcome: 'failed', reason };
  }

  /** What every server that runs holds, by kind. */
  async function weigh(): Promise<Map<ServerKind, number>> {
    const held = new Map<ServerKind, number>();
    for (const [kind, world] of worlds) held.set(kind, (await (await world).server.memory()).heldBytes);
    return held;
  }

  return {
    run,
    weigh,

    /** Waits until what the group held is let go of; gives the growth in bytes, or throws. */
    async settle(before: Map<ServerKind, number>): Promise<number> {
      let growth = 0;
      for (let attempt = 0; attempt < MEMORY_TRIES; attempt += 1) {
        const now = await weigh();
        growth = Math.max(0, ...[...before].map(([kind, held]) => (now.get(kind) ?? 0) - held));
        if (growth <= KEPT_MAX_BYTES) return growth;
        await new Promise((resolve) => setTimeout(resolve, MEMORY_PAUSE_MS));
      }
      throw new Error(`${Math.round(growth / 1_048_576)} MB more than before are held`);
    },

    /** Starts the servers of these cases and gives them something to do, so that they are warm when weighed. */
    async warm(cases: readonly HostileCase[]): Promise<void> {
      for (const kind of new Set(cases.map(({ server }) => server ?? 'open'))) {
        const world = await worldOf(kind);
        for (const transport of ['REST', 'Socket.IO', 'raw WebSocket'] as const) {
          await world.sayHello(transport);
        }
      }
    },

    async close(): Promise<void> {
      closeClients();
      for (const world of worlds.values()) await (await world.catch(() => undefined))?.close();
    },
  };
}

/** On sockets as over HTTP: an error has a code of the catalogue, and shows nothing of the insides. */
function expectNoInsides(received: unknown): void {
  const text = typeof received === 'string' ? received : JSON.stringify(received);
  const found = INSIDES.exec(text) ?? /"code":"internal"/.exec(text);
  if (found !== null)
    throw new Error(`it shows its insides: ${text.slice(Math.max(0, found.index - 100), found.index + 200)}`);
}

function expectSame(before: Record<string, string>, after: Record<string, string>): void {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => before[name] !== after[name]);
  if (changed.length === 0) return;
  const detail = changed.map((name) => `${name} (${before[name]} -> ${after[name]})`).join(', ');
  throw new Error(`the database changed: ${detail}`);
}
