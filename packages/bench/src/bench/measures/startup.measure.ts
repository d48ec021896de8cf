import { pause } from '../../chaos/rig/pause.js';
import { openPairLoad } from '../load/pair.load.js';
import { readResidentBytes } from '../rig/processor.time.js';
import { startParley } from '../rig/system.js';
import { waitUntilIdle } from '../rig/window.js';
import type { Bench } from './measure.js';

/** A server at rest does nothing for so long before its memory is read, and no longer than half a minute. */
const REST_SECONDS = 3;

/** From the start of the process to the first acknowledged message, and what the server holds when nobody is there. */
export async function measureStartup(bench: Bench): Promise<void> {
  const { figures, fleet, sizes, show } = bench;
  const folder = fleet.makeFolder();
  const first = await fleet.adopt(startParley({ folder }));
  const empty = {
    key: 'start.empty',
    what: 'start with an empty data folder, until ready',
    unit: 'ms',
  } as const;
  figures.add(empty, 'parley', first.startedInMs);
  const users = await first.makeUsers(2);
  await fleet.dismiss(first);
  for (let n = 0; n < sizes.startup.starts; n += 1) {
    const start = performance.now();
    const parley = await fleet.adopt(startParley({ folder }));
    const again = { key: 'start.again', what: 'start with data, until ready', unit: 'ms' } as const;
    figures.add(again, 'parley', parley.startedInMs);
    const load = await openPairLoad({ port: parley.port, wire: parley.wire, users });
    load.send(0);
    await load.drain();
    const message = {
      key: 'start.message',
      what: 'start to the first acknowledged message',
      unit: 'ms',
    } as const;
    figures.add(message, 'parley', performance.now() - start);
    figures.addLoad('first message', 'parley', load.verdict());
    load.close();
    await waitUntilIdle(parley);
    await pause(Math.min(REST_SECONDS, sizes.startup.starts) * 1_000);
    const megabytes = (id: number | undefined) => readResidentBytes(id ?? 0) / 1_048_576;
    const rest = { key: 'rest.memory', what: 'server at rest, resident', unit: 'MB' } as const;
    figures.add(rest, 'parley', megabytes(parley.processes.server));
    if (parley.processes.engine !== undefined) {
      const engine = { key: 'rest.engine', what: 'database engine at rest, resident', unit: 'MB' } as const;
      figures.add(engine, 'parley', megabytes(parley.processes.engine));
    }
    await fleet.dismiss(parley);
  }
  show(
    `a start takes ${Math.round(figures.median('start.message') ?? 0)} ms to the first acknowledged message`,
  );
}
