import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inRoot } from './paths.mjs';

/**
 * @typedef {object} Entry
 * @property {string} [integrity]
 * @property {boolean} [link]
 * @property {boolean} [inBundle]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** @type {Record<string, Entry>} */
const packages = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
const entries = Object.entries(packages);
const ours = entries.filter(([path]) => !path.includes('node_modules/'));
const installed = entries.filter(([path, entry]) => path.includes('node_modules/') && !entry.link);

describe('package-lock.json', () => {
  // npm leaves out an optional binary that the registry does not have yet, and then `npm ci` refuses the lockfile
  // on every machine: it happens when a package is locked within hours of its release.
  it('has an entry for every dependency, the binaries for other platforms among them', () => {
    const names = new Set(entries.map(([path]) => path.split('node_modules/').at(-1)));
    const wanted = entries.flatMap(([, entry]) =>
      Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }),
    );
    expect(wanted.filter((name) => !names.has(name))).toEqual([]);
  });

  it('has a hash for everything that is downloaded', () => {
    expect(
      installed.filter(([, entry]) => !entry.integrity && !entry.inBundle).map(([path]) => path),
    ).toEqual([]);
  });

  it('pins every direct dependency exactly', () => {
    const versions = ours.flatMap(([, entry]) =>
      Object.entries({ ...entry.dependencies, ...entry.devDependencies, ...entry.optionalDependencies }),
    );
    expect(versions.filter(([, version]) => !/^(npm:[a-z-]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
