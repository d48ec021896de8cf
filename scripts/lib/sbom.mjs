import { createHash } from 'node:crypto';

/**
 * @typedef {object} LockEntry
 * @property {string} [name] There when the folder is called otherwise.
 * @property {string} [version]
 * @property {string} [resolved]
 * @property {string} [integrity] Subresource integrity: algorithm, hyphen, base64.
 * @property {string} [license]
 * @property {boolean} [link]
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 *
 * @typedef {{ name: string, version: string, packages: Record<string, LockEntry> }} Lockfile
 */

/**
 * The software bill of materials of a lockfile (CycloneDX 1.6, ECMA-424). Made from the lockfile alone, so that it
 * needs neither a network nor an install, and is the same wherever and whenever it is made.
 * @param {Lockfile} lockfile
 */
export function makeSbom({ name, version, packages }) {
  const components = new Map();
  const dependencies = new Map();
  for (const [path, entry] of Object.entries(packages)) {
    if (entry.link) continue;
    const ref = refOf(path, entry);
    if (path !== '') components.set(ref, makeComponent(path, entry, ref));
    const wanted = {
      ...entry.dependencies,
      ...entry.optionalDependencies,
      ...(path.includes('node_modules/') ? {} : entry.devDependencies),
    };
    const found = Object.keys(wanted).flatMap((dependency) => resolve(packages, path, dependency) ?? []);
    dependencies.set(ref, [...new Set([...(dependencies.get(ref) ?? []), ...found])].sort());
  }
  const root = { type: 'application', 'bom-ref': refOf('', packages[''] ?? {}), name, version };
  const sorted = [...components.values()].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(sorted))}`,
    version: 1,
    metadata: { component: root },
    components: sorted,
    dependencies: [...dependencies].sort().map(([ref, dependsOn]) => ({ ref, dependsOn })),
  };
}

/**
 * @param {string} path
 * @param {LockEntry} entry
 */
const nameOf = (path, entry) => entry.name ?? path.split('node_modules/').at(-1) ?? path;

/**
 * A package URL; two folders with the same package are one component.
 * @param {string} path
 * @param {LockEntry} entry
 */
function refOf(path, entry) {
  const encoded = nameOf(path, entry).replace('@', '%40');
  return `pkg:npm/${encoded || 'parley'}@${entry.version ?? '0.0.0'}`;
}

/**
 * @param {string} path
 * @param {LockEntry} entry
 * @param {string} ref
 */
function makeComponent(path, entry, ref) {
  const isOurs = !path.includes('node_modules/');
  return {
    type: isOurs ? 'application' : 'library',
    'bom-ref': ref,
    name: nameOf(path, entry),
    version: entry.version ?? '0.0.0',
    // What only tests and builds use never reaches a server.
    scope: entry.dev || entry.devOptional ? 'excluded' : entry.optional ? 'optional' : 'required',
    purl: ref,
    ...(entry.license && {
      licenses: [
        /[ ()]/.test(entry.license) ? { expression: entry.license } : { license: licenseOf(entry.license) },
      ],
    }),
    ...(entry.integrity && { hashes: entry.integrity.split(' ').map(hashOf) }),
  };
}

/**
 * An SPDX id where it looks like one, else a name.
 * @param {string} license
 */
const licenseOf = (license) =>
  /^[A-Za-z0-9.+-]+$/.test(license) && license !== 'UNLICENSED' ? { id: license } : { name: license };

/** @param {string} integrity */
function hashOf(integrity) {
  const [algorithm = '', digest = ''] = integrity.split(/-(.*)/s);
  return {
    alg: algorithm.toUpperCase().replace('SHA', 'SHA-'),
    content: Buffer.from(digest, 'base64').toString('hex'),
  };
}

/**
 * Where Node would find a dependency: in the nearest node_modules upwards.
 * @param {Record<string, LockEntry>} packages
 * @param {string} from
 * @param {string} dependency
 */
function resolve(packages, from, dependency) {
  for (let folder = from; ; folder = parentOf(folder)) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${dependency}`;
    const entry = packages[path];
    if (entry?.link && entry.resolved) return refOf(entry.resolved, packages[entry.resolved] ?? {});
    if (entry) return refOf(path, entry);
    if (folder === '') return undefined;
  }
}

/**
 * The folder of the package that this one is installed for.
 * @param {string} folder
 */
function parentOf(folder) {
  const at = folder.lastIndexOf('node_modules/');
  return at <= 0 ? '' : folder.slice(0, at - 1);
}

/**
 * A UUID of version 8 (RFC 9562 section 5.8), made of a digest: the same list has the same number.
 * @param {string} text
 */
function uuidOf(text) {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
