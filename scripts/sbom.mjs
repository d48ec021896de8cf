// npm run sbom [-- <file>]: a CycloneDX list of everything that package-lock.json installs, to stdout or into a file.
import './lib/require-node.mjs';
import { readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from './lib/paths.mjs';
import { makeSbom } from './lib/sbom.mjs';

const [file] = process.argv.slice(2);
const lockfile = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'));
const text = `${JSON.stringify(makeSbom(lockfile), null, 2)}\n`;
// A reader that has seen enough is no error.
process.stdout.on('error', () => process.exit());
if (file === undefined) process.stdout.write(text);
else writeFileSync(file, text);
