// Imported first by every script, so that an old Node gets one clear sentence and not a stack trace.
// It therefore uses no syntax and no API younger than Node 14.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const wanted = engines.node.replace('>=', '');

if (weigh(process.versions.node) < weigh(wanted)) {
  console.error(`Parley needs Node ${wanted} or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}

/**
 * A version as one number that orders like it.
 * @param {string} version
 */
function weigh(version) {
  return version.split('.').reduce((sum, part) => sum * 1000 + Number.parseInt(part, 10), 0);
}
