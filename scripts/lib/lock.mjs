import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { inRoot } from './paths.mjs';

const lockFile = inRoot('.build-lock');
/** The holder touches the file this often; one that was not touched for five times as long is left over. */
const heartbeatMs = 2000;

/**
 * Lets one process at a time install and build in this checkout; the others wait.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withBuildLock(work) {
  let told = false;
  while (!takeLock()) {
    if (!told) console.log('Waiting for another process that is building this checkout.');
    told = true;
    await delay(100);
  }
  const heartbeat = setInterval(touchLock, heartbeatMs);
  const release = () => rmSync(lockFile, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.off('exit', release);
    release();
  }
}

function takeLock() {
  try {
    writeFileSync(lockFile, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  const age = Date.now() - (statSync(lockFile, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > 5 * heartbeatMs) rmSync(lockFile, { force: true });
  return false;
}

function touchLock() {
  try {
    utimesSync(lockFile, new Date(), new Date());
  } catch {
    // Someone took it for left over, after this process was suspended for long. Two builds at once are no harm.
  }
}
