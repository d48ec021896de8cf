// npm run size: what the web app and the client weigh, against their limits. Fails above one of them.
import './lib/require-node.mjs';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { bin, inRoot } from './lib/paths.mjs';
import { runNode } from './lib/run.mjs';
import { runMain, StepError } from './lib/step.mjs';

const dist = inRoot('packages/web/dist');

await runMain(async () => {
  await ensureInstalled();
  // Each part is built whatever becomes of the others; the web app is all that is weighed here.
  await ensureBuilt().catch((error) => {
    if (!existsSync(join(dist, 'index.html'))) throw error;
  });
  const first = readFirstLoad();
  const assets = readdirSync(join(dist, 'assets')).map((name) => `assets/${name}`);
  const later = assets.filter((name) => name.endsWith('.js') && !first.includes(name));
  const rows = [
    { what: 'web app, first load, JavaScript', bytes: weigh(first.filter(isScript)), limit: 120_000 },
    {
      what: 'web app, first load, styles',
      bytes: weigh(first.filter((name) => !isScript(name))),
      limit: 15_000,
    },
    { what: 'web app, loaded when needed', bytes: weigh(later), limit: 60_000 },
    { what: 'client, with its socket', bytes: await weighClient(), limit: 25_000 },
  ];
  for (const { what, bytes, limit } of rows) {
    console.log(
      `${bytes <= limit ? 'ok      ' : 'TOO BIG '}${what.padEnd(34)}${kilo(bytes)} of ${kilo(limit)} kB gzipped`,
    );
  }
  const tooBig = rows.filter(({ bytes, limit }) => bytes > limit).length;
  if (tooBig > 0) throw new StepError(`${tooBig} of ${rows.length} are above their limit.`);
});

/**
 * The scripts and styles that the page asks for before it shows anything: those it names, and what they import.
 * @returns {string[]}
 */
function readFirstLoad() {
  const page = readFileSync(join(dist, 'index.html'), 'utf8');
  /** @type {Set<string>} */
  const found = new Set();
  /** @param {string} name */
  const add = (name) => {
    if (found.has(name)) return;
    found.add(name);
    if (!isScript(name)) return;
    const code = readFileSync(join(dist, name), 'utf8');
    for (const [, path] of code.matchAll(/(?:^|[;}\s])(?:import|export)[^;()]*?["']\.\/([\w.-]+\.js)["']/g)) {
      add(`assets/${path}`);
    }
  };
  for (const [, path] of page.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g))
    add(/** @type {string} */ (path));
  return [...found];
}

/** @param {string} name */
function isScript(name) {
  return name.endsWith('.js');
}

/** @param {string[]} names */
function weigh(names) {
  return names.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length, 0);
}

async function weighClient() {
  const folder = mkdtempSync(join(tmpdir(), 'parley-size-'));
  try {
    const config = inRoot('scripts/lib/client-bundle.config.mjs');
    const { code, output } = await runNode(bin.vite, [
      'build',
      '--config',
      config,
      '--outDir',
      folder,
      '--logLevel',
      'warn',
    ]);
    if (code !== 0) throw new StepError('The client could not be bundled.', output);
    const parts = readdirSync(folder).map(
      (name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length,
    );
    return parts.reduce((sum, bytes) => sum + bytes, 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {number} bytes */
function kilo(bytes) {
  return (bytes / 1_000).toFixed(1).padStart(6);
}
