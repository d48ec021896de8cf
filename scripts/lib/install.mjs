import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { withBuildLock } from './lock.mjs';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';
import { StepError, showStep } from './step.mjs';

const stampFile = inRoot('node_modules/.parley-install');

/** Installs the dependencies exactly as package-lock.json has them; does nothing when that is already so. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await withBuildLock(async () => {
    if (isInstalled()) return;
    await showStep('Installing dependencies', install);
    writeFileSync(stampFile, currentStamp());
  });
}

const platform = `${process.platform}-${process.arch}`;

/** What node_modules is made from: the platform its native binaries are for, and the lockfile. */
function currentStamp() {
  const lockfile = readFileSync(inRoot('package-lock.json'));
  return `${platform} ${createHash('sha256').update(lockfile).digest('hex')}\n`;
}

function isInstalled() {
  const stamp = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
  if (stamp === currentStamp()) return true;
  if (stamp && !stamp.startsWith(`${platform} `)) return false;
  if (!matchesLockfile()) return false;
  writeFileSync(stampFile, currentStamp());
  return true;
}

/** True when someone ran npm by hand and npm's own record of node_modules agrees with the lockfile. */
function matchesLockfile() {
  const record = inRoot('node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = readPackages(record);
  return Object.entries(readPackages(inRoot('package-lock.json'))).every(
    ([path, wanted]) =>
      !path.includes('node_modules/') ||
      wanted.link ||
      (wanted.optional && !installed[path]) ||
      installed[path]?.version === wanted.version,
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, link?: boolean, optional?: boolean }>}
 */
const readPackages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

async function install() {
  // --include=dev: what builds the server is a development dependency, in production too.
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await runNpm(args);
  if (code !== 0) throw new StepError('npm could not install the dependencies (see above).', output);
  await ensureBcryptLoads();
}

/** bcrypt brings binaries for the usual platforms; elsewhere (Alpine on ARM, BSD) it is compiled here. */
async function ensureBcryptLoads() {
  if (!existsSync(inRoot('node_modules/bcrypt'))) return;
  const probe = await run(process.execPath, ['-e', 'require("bcrypt")']);
  if (probe.code === 0) return;
  const { code, output } = await runNpm(['rebuild', 'bcrypt', '--ignore-scripts=false']);
  if (code === 0) return;
  throw new StepError(
    `bcrypt has no binary for ${platform} and could not be compiled: ` +
      'it takes Python 3, make and a C++ compiler.',
    output,
  );
}

/**
 * The npm that runs us, where one does, else the one on PATH.
 * @param {string[]} args
 */
function runNpm(args) {
  const caller = process.env['npm_execpath'];
  if (caller && basename(caller) === 'npm-cli.js') return run(process.execPath, [caller, ...args]);
  const isWindows = process.platform === 'win32';
  return run(isWindows ? 'npm.cmd' : 'npm', args, { shell: isWindows });
}
