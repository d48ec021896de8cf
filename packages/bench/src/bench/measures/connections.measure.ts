import { pause } from '../../chaos/rig/pause.js';
import { createCrowd } from '../load/crowd.js';
import type { WireUser } from '../load/wire.js';
import { withProfile } from '../rig/profile.js';
import { type System, startParley, startSocketIoRelay } from '../rig/system.js';
import { watchWindow } from '../rig/window.js';
import type { Bench } from './measure.js';
import { noteWindow } from './throughput.measure.js';

/** So that what is measured is what is held, and not what has not been collected yet. */
const COLLECTABLE = ['--expose-gc'];
/** Collections, each followed by a look at the memory; the least counts. */
const READINGS = 4;

/**
 * Idle connections, one for each user: what they add to the server's resident memory after a collection, and how fast
 * they come. In processes of their own, as a heap that was larger before would hide what is added.
 */
export async function measureConnections(bench: Bench): Promise<void> {
  const { fleet, sizes } = bench;
  const count = sizes.connections.steps.at(-1) as number;
  bench.show(`${count} users register`);
  const { folder, people } = await fleet.population();
  const parley = await fleet.adopt(startParley({ folder, nodeOptions: COLLECTABLE }));
  await connectAll(bench, parley, people.slice(0, count));
  if ((await fleet.relay()) === undefined) return;
  const relay = await fleet.adopt(startSocketIoRelay(COLLECTABLE));
  await connectAll(bench, relay, await relay.makeUsers(count));
}

async function connectAll(bench: Bench, system: System, users: readonly WireUser[]): Promise<void> {
  const { figures, sizes, show, fleet } = bench;
  let lost = 0;
  const crowd = createCrowd(system.port, system.wire, {
    onLost() {
      lost += 1;
    },
  });
  const memory = async () => {
    let least = Number.POSITIVE_INFINITY;
    // Pages go back to the system some time after a collection, and one collection makes work for the next.
    for (let n = 0; n < READINGS; n += 1) {
      await pause((sizes.connections.settleSeconds * 1_000) / READINGS);
      least = Math.min(least, (await system.process.ask<{ rss: number }>('memory')).rss);
    }
    return least;
  };
  try {
    const before = await memory();
    for (const step of sizes.connections.steps) {
      const arriving = users.slice(crowd.sockets.length, step);
      const times = await withProfile(bench.profileFolder, system, `connections-${step}`, () =>
        watchWindow(() => crowd.add(arriving), fleet.watch(system)),
      );
      if (noteWindow(bench, times)) {
        const rate = { key: 'connection.rate', what: 'connections a second', unit: 'connections/s' } as const;
        figures.add(rate, system.name, arriving.length / times.seconds);
        const cpu = { key: 'connection.cpu', what: 'processor time to connect', unit: 'µs' } as const;
        figures.add(cpu, system.name, (times.server + times.engine) / arriving.length);
      }
      const kilobytes = ((await memory()) - before) / 1_024 / step;
      const what = `memory of each of ${step} idle connections`;
      figures.add({ key: `connection.memory.${step}`, what, unit: 'kB' }, system.name, kilobytes);
      // The largest number is the one that is judged.
      if (step === sizes.connections.steps.at(-1)) {
        const row = { key: 'connection.memory', what: 'memory of an idle connection', unit: 'kB' } as const;
        figures.add(row, system.name, kilobytes);
      }
      show(`${system.name}: ${step} connections, ${kilobytes.toFixed(1)} kB each`);
    }
    if (lost > 0) figures.warn(`${system.name} lost ${lost} of ${users.length} idle connections`);
  } finally {
    crowd.close();
    await fleet.dismiss(system);
  }
}
