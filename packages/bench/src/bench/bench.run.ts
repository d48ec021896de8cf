import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { BenchOptions } from './bench.options.js';
import { type BenchSizes, benchSizes } from './bench.sizes.js';
import { createFigureBook } from './figures/figure.book.js';
import { checkTargets } from './figures/target.check.js';
import { targets } from './figures/target.table.js';
import { peopleOfGrowth } from './measures/growth.measure.js';
import { measures } from './measures/measure.table.js';
import { renderConsole } from './report/console.report.js';
import { renderHtml } from './report/html.report.js';
import { describeMachine } from './report/machine.js';
import { type BenchReport, keepOthers, makeReport } from './report/report.js';
import { createFleet } from './rig/fleet.js';
import { pinLoadGenerator } from './rig/pinned.process.js';

/** Runs what was asked for, prints the table and writes the reports. */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const startedAt = new Date();
  const last = options.isAdded ? readReport(options.outFolder) : undefined;
  const earlier = last && keepOthers(last, options.only);
  const figures = createFigureBook(earlier);
  const sizes = benchSizes[options.size];
  const fleet = createFleet({
    hasPeers: !options.isAlone,
    populationSize: populationOf(sizes, options.only),
  });
  const { machine, warnings } = describeMachine();
  for (const warning of warnings) figures.warn(warning);
  const elapsed = () => (Date.now() - startedAt.getTime()) / 1_000;
  const show = (text: string) => console.log(`${elapsed().toFixed(0).padStart(5)} s  ${text}`);
  pinLoadGenerator();
  const giveUp = () => void fleet.stopAll().finally(() => process.exit(130));
  process.on('SIGINT', giveUp).on('SIGTERM', giveUp);
  try {
    for (const name of options.only) {
      show(`${name} …`);
      figures.begin(name);
      await measures[name]({ sizes, fleet, figures, show, profileFolder: options.profileFolder });
    }
  } finally {
    await fleet.stopAll();
    process.off('SIGINT', giveUp).off('SIGTERM', giveUp);
  }
  const sitting = {
    startedAt: startedAt.toISOString(),
    seconds: elapsed(),
    size: options.size,
    measures: options.only,
    windows: figures.windows,
    warnings: figures.warnings(),
  };
  const report = makeReport({
    machine,
    sittings: [...(earlier?.sittings ?? []), sitting],
    figures,
    targets: checkTargets(targets, figures),
  });
  console.log(renderConsole(report));
  mkdirSync(options.outFolder, { recursive: true });
  writeFileSync(join(options.outFolder, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(join(options.outFolder, 'report.html'), renderHtml(report));
  console.log(`\nReports: ${relative('.', options.outFolder)}/report.html and report.json`);
  return report;
}

function readReport(folder: string): BenchReport | undefined {
  if (!existsSync(join(folder, 'report.json'))) return undefined;
  return JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as BenchReport;
}

/** Users that these measures connect at once, at the most. */
function populationOf(sizes: BenchSizes, only: BenchOptions['only']): number {
  const { throughput, latency, connections, fanOut, logins, growth } = sizes;
  const counts = {
    startup: 0,
    throughput: Math.max(...throughput.pairs.map(({ users }) => users)),
    latency: latency.users,
    'fan-out': Math.max(...fanOut.rooms) + 1,
    logins: logins.users,
    connections: Math.max(...connections.steps),
    growth: peopleOfGrowth(growth.chats),
  };
  return Math.max(...only.map((name) => counts[name]));
}
