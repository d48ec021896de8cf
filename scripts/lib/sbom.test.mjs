import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inRoot } from './paths.mjs';
import { makeSbom } from './sbom.mjs';

const lockfile = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'));
const bom = makeSbom(lockfile);
/** @type {string[]} */
const installed = Object.keys(lockfile.packages).filter(
  (path) => path.includes('node_modules/') && !lockfile.packages[path].link,
);

describe('the bill of materials', () => {
  it('names every package of the lockfile once, with a hash', () => {
    const refs = bom.components.map((component) => component['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    const names = new Set(bom.components.map(({ name }) => name));
    const missing = installed.filter(
      (path) => !names.has(lockfile.packages[path].name ?? path.split('node_modules/').at(-1)),
    );
    expect(missing).toEqual([]);
    const unhashed = bom.components.filter(({ type, hashes }) => type === 'library' && hashes === undefined);
    expect(
      unhashed
        .filter(({ name }) => !lockfile.packages[`node_modules/${name}`]?.inBundle)
        .map(({ name }) => name),
    ).toEqual([]);
  });

  it('has no dependency that is not in it', () => {
    const refs = new Set([
      bom.metadata.component['bom-ref'],
      ...bom.components.map((component) => component['bom-ref']),
    ]);
    expect(
      bom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !refs.has(ref)),
    ).toEqual([]);
  });

  it('is the same every time', () => expect(makeSbom(lockfile)).toEqual(bom));
});

describe('versions with known holes', () => {
  /** The oldest versions that may be installed; where an advisory (https://github.com/advisories) names a newer one, raise it. */
  const floors = {
    ws: '8.21.3',
    'socket.io-parser': '4.2.6',
    qs: '6.14.2',
    multer: '2.1.1',
    mongoose: '9.9.2',
  };

  it.each(Object.entries(floors))('of %s are not in the lockfile: %s or newer', (name, floor) => {
    const versions = installed
      .filter((path) => path.endsWith(`node_modules/${name}`))
      .map((path) => lockfile.packages[path].version);
    expect(versions.filter((version) => isOlder(version, floor))).toEqual([]);
  });
});

/**
 * @param {string} version
 * @param {string} floor
 */
function isOlder(version, floor) {
  const [a, b] = [version, floor].map((text) => text.split(/[.-]/).slice(0, 3).map(Number));
  const at = (a ?? []).findIndex((part, index) => part !== b?.[index]);
  return at >= 0 && (a?.[at] ?? 0) < (b?.[at] ?? 0);
}
