import type { BenchOptions } from './bench.options.js';
import {
  GENERATOR_SHARE_MAX,
  measureThroughput,
  type ThroughputResult,
} from './measures/throughput.measure.js';
import { pinLoadGenerator } from './rig/pinned.process.js';
import { type System, startParley, startSocketIoRelay, startWsRelay } from './rig/system.js';
import { medianOf, spreadOf } from './statistics.js';

/** Runs what was asked for; the exit code. */
export async function runBench(options: BenchOptions): Promise<number> {
  pinLoadGenerator();
  const started: System[] = [];
  const start = performance.now();
  const show = (text: string) =>
    console.log(`${((performance.now() - start) / 1_000).toFixed(0).padStart(5)} s  ${text}`);
  try {
    started.push(await startParley());
    if (!options.isAlone) started.push(await startSocketIoRelay(), await startWsRelay());
    const context = {
      systems: started,
      ours: () =>
        started.flatMap(({ processes }) => Object.values(processes)).filter((id) => id !== undefined),
      show,
      profileFolder: options.profileFolder,
    };
    let isClean = true;
    for (const setting of [
      { users: 200, outstanding: [8, 24, 48] },
      { users: 2_000, outstanding: [1] },
    ]) {
      const results = await measureThroughput(context, {
        ...setting,
        seconds: options.isQuick ? 2 : 3,
        warmSeconds: 1,
        windows: options.isQuick ? 3 : 5,
      });
      printThroughput(setting.users, results);
      const parley = results.get('parley')?.verdict;
      if (parley === undefined || isFailed(parley)) isClean = false;
    }
    return isClean ? 0 : 1;
  } finally {
    for (const system of started.reverse()) await system.stop();
  }
}

const isFailed = ({ lost, doubled, reordered, unacked, refused }: ThroughputResult['verdict']) =>
  lost + doubled + reordered + unacked + refused > 0;

function printThroughput(users: number, results: ReadonlyMap<string, ThroughputResult>): void {
  console.log(`\n${users} users in ${users / 2} pairs`);
  const relay = medianOf(results.get('socket.io relay')?.windows.map(({ perSecond }) => perSecond) ?? []);
  for (const [name, { outstanding, windows, dropped, afterwards, verdict }] of results) {
    const of = (key: keyof (typeof windows)[number]) => medianOf(windows.map((window) => window[key]));
    const rates = windows.map(({ perSecond }) => perSecond);
    console.log(
      [
        name.padEnd(16),
        `${outstanding} outstanding`,
        `${Math.round(medianOf(rates))} messages/s ±${(spreadOf(rates) * 100).toFixed(0)}%`,
        `server ${of('server').toFixed(1)} us`,
        `engine ${of('engine').toFixed(1)} us`,
        `afterwards ${afterwards.server.toFixed(1)} + ${afterwards.engine.toFixed(1)} us`,
        `generator ${of('generator').toFixed(1)} us (${(of('generatorShare') * 100).toFixed(0)}%${
          of('generatorShare') > GENERATOR_SHARE_MAX ? ', SATURATED' : ''
        })`,
        `${(medianOf(rates) / relay).toFixed(3)} of the Socket.IO relay`,
        ...(dropped > 0 ? [`${dropped} windows dropped`] : []),
      ].join('  '),
    );
    const { sent, lost, doubled, reordered, unacked, refused, firstTrouble } = verdict;
    console.log(
      `${''.padEnd(16)}sent ${sent}, lost ${lost}, doubled ${doubled}, reordered ${reordered}, unanswered ${unacked}, refused ${refused}${firstTrouble === undefined ? '' : `: ${firstTrouble}`}`,
    );
  }
}
