import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The first program of these names on the path. */
function onPath(names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

const find = () => process.env['CHROMIUM_BIN'] ?? onPath(['chromium', 'chromium-browser', 'google-chrome']);

/** Debian's own, where we may install it. Two test files may want it at once: apt waits for the other. */
async function install(): Promise<void> {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  await run('apt-get', [...wait, 'update'], { env }).catch(() => undefined);
  await run('apt-get', [...wait, 'install', '-y', '--no-install-recommends', 'chromium'], { env }).catch(
    () => undefined,
  );
}

async function findOrInstall(): Promise<string | undefined> {
  if (find() === undefined) await install();
  const path = find();
  if (path === undefined) console.log('Skipped: Chromium is missing (install it, or set CHROMIUM_BIN).');
  return path;
}

/** Chromium's program file; undefined when there is none, and then the browser tests are skipped. */
export const chromiumPath = await findOrInstall();

/** What keeps it quiet and alone: no sandbox of its own (tests run as root), no graphics card, no calls home. */
export const chromiumFlags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
