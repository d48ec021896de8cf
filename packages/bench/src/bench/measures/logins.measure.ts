import { pause } from '../../chaos/rig/pause.js';
import { openPairLoad } from '../load/pair.load.js';
import { createHttpCaller } from '../rig/http.caller.js';
import { PASSWORD, type Person } from '../rig/parley.order.js';
import { type ParleySystem, startParley } from '../rig/system.js';
import { waitUntilIdle, watchWindow } from '../rig/window.js';
import { type LatencyPlan, watchLatency } from './latency.measure.js';
import type { Bench } from './measure.js';
import { findSaturation, noteWindow } from './throughput.measure.js';

/** Part of the saturation at which messages are sent beside the logins. */
const LOAD_PART = 25;
const LOGINS_AT_ONCE = 8;
/** Accounts that log in, each again and again. */
const ACCOUNTS = 4;
/** Attempts are made in bursts this far apart. */
const TICK_MS = 20;

/** Logins at the password's production cost: how many a second, and what bad ones do to those who are chatting. */
export async function measureLogins(bench: Bench): Promise<void> {
  const { fleet, sizes } = bench;
  // Accounts for the load were made cheaply; the server that is measured has the production cost.
  const { folder, people } = await fleet.population();
  const users = people.slice(0, sizes.logins.users);
  const parley = await fleet.adopt(startParley({ folder, order: {} }));
  await measureRate(bench, parley);
  const load = await openPairLoad({ port: parley.port, wire: parley.wire, users });
  try {
    const saturation = await findSaturation(bench, parley, load);
    const { windows, seconds } = sizes.logins;
    const plan = (when: string, of: string): LatencyPlan => ({
      ratePerSecond: (saturation * LOAD_PART) / 100,
      windows,
      seconds,
      key: (kind) => `logins.${kind}.${when}`,
      of: `at ${LOAD_PART}% of saturation ${of}`,
    });
    await watchLatency(bench, parley, load, plan('without', 'without bad logins'));
    await waitUntilIdle(parley);
    const attack = startAttack(parley.port, sizes.logins.badPerSecond);
    await watchLatency(
      bench,
      parley,
      load,
      plan('during', `during ${sizes.logins.badPerSecond} bad logins/s`),
    );
    const outcomes = await attack.stop();
    bench.show(`bad logins: ${outcomes}`);
    bench.figures.addLoad('beside bad logins', 'parley', load.verdict());
  } finally {
    load.close();
  }
  await fleet.dismiss(parley);
}

/** Right logins, several at once: how many a second. */
async function measureRate(bench: Bench, parley: ParleySystem): Promise<void> {
  const caller = createHttpCaller(parley.port);
  // Made by this server: a password is compared at the cost that it was hashed with.
  const users = await parley.makeUsers(ACCOUNTS);
  const login = async (n: number) => {
    const { username } = users[n % ACCOUNTS] as Person;
    const body = { username, password: PASSWORD };
    const { status, text } = await caller.call('POST', '/api/auth/login', { body });
    if (status !== 200) throw new Error(`a login was answered with ${status}: ${text.slice(0, 300)}`);
  };
  try {
    let done = 0;
    const times = await watchWindow(async () => {
      const end = performance.now() + bench.sizes.logins.loginSeconds * 1_000;
      const run = async (first: number) => {
        for (let n = first; performance.now() < end; n += LOGINS_AT_ONCE) {
          await login(n);
          done += 1;
        }
      };
      await Promise.all(Array.from({ length: LOGINS_AT_ONCE }, (_, n) => run(n)));
    }, bench.fleet.watch(parley));
    if (!noteWindow(bench, times)) return;
    const rate = { key: 'logins.rate', what: 'logins a second, on one processor', unit: 'logins/s' } as const;
    bench.figures.add(rate, 'parley', done / times.seconds);
  } finally {
    caller.close();
  }
}

/** Bad logins at a steady rate, each of another user. */
function startAttack(port: number, perSecond: number) {
  const caller = createHttpCaller(port);
  const outcomes = new Map<string, number>();
  const open = new Set<Promise<void>>();
  const start = performance.now();
  let made = 0;
  let isOver = false;

  const note = (outcome: string) => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  function attempt(): void {
    made += 1;
    const body = { username: `nobody${made}`, password: 'wrong password' };
    const going = caller
      .call('POST', '/api/auth/login', { body })
      .then(
        ({ status }) => note(`answered ${status}`),
        () => {
          if (!isOver) note('without an answer');
        },
      )
      .finally(() => open.delete(going));
    open.add(going);
  }
  const attacking = (async () => {
    while (!isOver) {
      while (made < ((performance.now() - start) * perSecond) / 1_000) attempt();
      await pause(TICK_MS);
    }
  })();
  return {
    /** Ends it, and says what the attempts came to. */
    async stop(): Promise<string> {
      isOver = true;
      await attacking;
      const seconds = (performance.now() - start) / 1_000;
      const counts = [...outcomes].sort().map(([outcome, count]) => `${count} ${outcome}`);
      counts.push(`${open.size} still waiting`);
      caller.close();
      await Promise.allSettled(open);
      return `${(made / seconds).toFixed(0)}/s for ${seconds.toFixed(0)} s: ${counts.join(', ')}`;
    },
  };
}
