import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';

const skipped = new Set(['node_modules', 'dist', 'test']);

/**
 * A hash over the paths, sizes and modification times below some files and folders of the checkout: cheap
 * enough (a millisecond per hundred files) to ask on every start. Tests do not count, missing paths do.
 * @param {string[]} paths Relative to the root.
 * @returns {string}
 */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths) addPath(path);
  return hash.digest('hex');

  /** @param {string} path */
  function addPath(path) {
    const stat = statSync(inRoot(path), { throwIfNoEntry: false });
    if (!stat?.isDirectory()) {
      hash.update(`${path}:${stat?.size}:${stat?.mtimeMs}\n`);
      return;
    }
    const names = readdirSync(inRoot(path)).filter((name) => !skipped.has(name) && !name.includes('.test.'));
    for (const name of names.sort()) addPath(join(path, name));
  }
}
