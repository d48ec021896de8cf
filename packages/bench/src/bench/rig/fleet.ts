import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Person } from './parley.order.js';
import {
  type ParleySystem,
  releaseSystem,
  type System,
  startParley,
  startSocketIoRelay,
  startTutorialServer,
  startWsRelay,
} from './system.js';
import type { Watched } from './window.js';

/** Everything that runs, so that nothing is left over and none of it counts as foreign. */
export interface Fleet {
  /** The systems that measures share, started at the first call: Parley first, then its peers. */
  shared(): Promise<readonly System[]>;
  parley(): Promise<ParleySystem>;
  /** One of the shared ones; undefined when the run has no peers. */
  relay(): Promise<System | undefined>;
  /** Notes a system that a measure starts for itself, until it stops it. */
  adopt<S extends System>(starting: Promise<S>): Promise<S>;
  /** A new folder for a measure's data, which goes with the fleet. */
  makeFolder(): string;
  /** A folder of one's own in which many users are registered: Parley, started on it, has them connect. */
  population(): Promise<{ folder: string; people: readonly Person[] }>;
  /** Stops what was adopted. */
  dismiss(system: System): Promise<void>;
  /** What to watch while one of them is measured. */
  watch(system: System): Watched;
  /** Stops everything and removes its data. Can be called twice. */
  stopAll(): Promise<void>;
}

export interface FleetOptions {
  /** False leaves Parley alone. */
  hasPeers: boolean;
  /** Users of `population`. */
  populationSize: number;
}

/** A fleet of which nothing runs yet. */
export function createFleet({ hasPeers, populationSize }: FleetOptions): Fleet {
  const running: System[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  let sharing: Promise<readonly System[]> | undefined;
  let populating: ReturnType<typeof populate> | undefined;

  async function adopt<S extends System>(starting: Promise<S>): Promise<S> {
    const system = await starting;
    running.push(system);
    return system;
  }

  const makeFolder = () => mkdtempSync(join(folder, 'data-'));

  async function dismiss(system: System): Promise<void> {
    await system.stop();
    const at = running.indexOf(system);
    if (at >= 0) running.splice(at, 1);
  }

  async function startShared(): Promise<readonly System[]> {
    const { folder: home, people } = await population();
    const parley = await adopt(startParley({ folder: home }));
    // The same people for each measure: a load tells its messages from those of another.
    parley.makeUsers = (count) => Promise.resolve(people.slice(0, count));
    if (!hasPeers) return [parley];
    return [
      parley,
      await adopt(startSocketIoRelay()),
      await adopt(startWsRelay()),
      await adopt(startTutorialServer(parley)),
    ];
  }

  async function populate(): Promise<{ folder: string; people: readonly Person[] }> {
    const original = makeFolder();
    const registrar = await adopt(startParley({ folder: original }));
    // Nothing is measured meanwhile.
    releaseSystem(registrar);
    const people = await registrar.makeUsers(populationSize);
    await dismiss(registrar);
    return { folder: original, people };
  }

  /** They register once; each who asks gets a copy. */
  async function population(): Promise<{ folder: string; people: readonly Person[] }> {
    populating ??= populate();
    const { folder: original, people } = await populating;
    const copy = makeFolder();
    cpSync(original, copy, { recursive: true });
    return { folder: copy, people };
  }

  const shared = () => (sharing ??= startShared());
  return {
    shared,
    parley: async () => (await shared())[0] as ParleySystem,
    relay: async () => (await shared()).find(({ name }) => name === 'socket.io relay'),
    adopt,
    makeFolder,
    population,
    dismiss,
    watch({ processes }) {
      const all = running.flatMap((system) => Object.values(system.processes));
      const { server, engine } = processes;
      const others = new Set(all.filter((id) => id !== undefined && id !== server && id !== engine));
      return { server, engine, others: [...others] as number[] };
    },
    async stopAll() {
      for (const system of [...running].reverse()) await dismiss(system);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
