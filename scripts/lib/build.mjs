import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fingerprint } from './fingerprint.mjs';
import { withBuildLock } from './lock.mjs';
import { bin, inRoot } from './paths.mjs';
import { runNode } from './run.mjs';
import { StepError, showStep } from './step.mjs';

const stampFile = inRoot('.build-stamp');
const shared = ['package-lock.json', 'tsconfig.base.json', 'tsconfig.build.json'];

/**
 * @typedef {object} Part
 * @property {string} title
 * @property {string[]} sources Paths that it is built from; a change of any makes it stale.
 * @property {string[]} outputs Paths that exist once it is built.
 * @property {() => ReturnType<typeof runNode>} build
 */

/** What a build makes, in order. @type {Record<string, Part>} */
const parts = {
  server: {
    title: 'Building the server',
    sources: [
      ...shared,
      ...['protocol', 'client', 'server', 'bench'].flatMap((name) => [
        `packages/${name}/src`,
        `packages/${name}/tsconfig.json`,
        `packages/${name}/package.json`,
      ]),
    ],
    outputs: ['protocol/dist/index.js', 'client/dist/index.js', 'server/dist/main.js']
      .map((path) => `packages/${path}`)
      .filter((path) => existsSync(inRoot(path.replace('/dist/', '/src/').replace(/js$/, 'ts')))),
    build: () => compile('tsconfig.build.json'),
  },
  web: {
    title: 'Building the web app',
    sources: [...shared, 'packages/web', 'packages/client/src', 'packages/protocol/src'],
    outputs: ['packages/web/dist/index.html'],
    build: () => runNode(bin.vite, ['build', '--logLevel', 'warn'], { cwd: inRoot('packages/web') }),
  },
};

/**
 * Compiles a solution and everything it refers to, as far as it is stale. With one checker: each of the usual
 * four works out the large types of zod and Mongoose anew (server package, 2 cores: 0.9 GB and 8.9 s of CPU
 * with four, 0.34 GB and 3.3 s with one).
 * @param {string} solution
 */
export const compile = (solution) => runNode(bin.tsc, ['-b', solution, '--checkers', '1']);

/** Whether there is a web app to build. */
export const hasWebApp = () => existsSync(inRoot('packages/web/index.html'));

/** Makes the next start build the web app again, after something else wrote to its output folder. */
export const forgetWebBuild = () => writeStamps({ ...readStamps(), web: '' });

/**
 * Builds what is stale: the packages with the TypeScript compiler, the web app with Vite. An unchanged
 * checkout costs a walk over the sources.
 * @throws {StepError} with the compiler's output; the other part is still built.
 */
export async function ensureBuilt() {
  const wanted = Object.keys(parts).filter((name) => name !== 'web' || hasWebApp());
  if (!wanted.some(isStale)) return;
  await withBuildLock(async () => {
    /** @type {StepError[]} */
    const failures = [];
    for (const name of wanted.filter(isStale)) {
      await buildPart(name).catch((error) => {
        if (!(error instanceof StepError)) throw error;
        failures.push(error);
      });
    }
    if (failures.length === 0) return;
    throw new StepError(
      'The build failed (see above).',
      failures.map((failure) => failure.output).join('\n'),
    );
  });
}

/** @param {string} name */
async function buildPart(name) {
  const part = /** @type {Part} */ (parts[name]);
  const before = fingerprint(part.sources);
  await showStep(part.title, async () => {
    const { code, output } = await part.build();
    if (code !== 0) throw new StepError(`${part.title} failed.`, output);
  });
  writeStamps({ ...readStamps(), [name]: before });
}

/** @param {string} name */
function isStale(name) {
  const part = /** @type {Part} */ (parts[name]);
  return (
    part.outputs.some((path) => !existsSync(inRoot(path))) || readStamps()[name] !== fingerprint(part.sources)
  );
}

/** @returns {Record<string, string>} */
function readStamps() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

/** @param {Record<string, string>} stamps */
function writeStamps(stamps) {
  writeFileSync(stampFile, `${JSON.stringify(stamps, null, 2)}\n`);
}
