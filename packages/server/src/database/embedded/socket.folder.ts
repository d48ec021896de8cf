import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProcessAlive } from './process.state.js';

const PREFIX = 'parley-engine-';
export const SOCKET_NAME = 'db.sock';
/** Longest path of a Unix socket: 108 bytes with the closing zero on Linux, 104 on macOS (sys/un.h). */
const MAX_SOCKET_PATH_BYTES = 103;
/** A folder younger than this may belong to a server in another container that shares the temp folder; milliseconds. */
const MIN_STALE_AGE_MS = 60_000;

/** Makes a new folder that this user alone can enter, in the temp folder, named after this process. */
export function createSocketFolder(): string {
  const name = `${PREFIX}${process.pid}-`;
  const tail = `${name}XXXXXX/${SOCKET_NAME}`;
  const base = Buffer.byteLength(join(tmpdir(), tail)) <= MAX_SOCKET_PATH_BYTES ? tmpdir() : '/tmp';
  return mkdtempSync(join(base, name)); // mkdtemp makes it 0700
}

/** Removes what killed servers left: folders of this user whose process is gone and whose socket answers nobody. */
export async function removeStaleSocketFolders(minAgeMs: number = MIN_STALE_AGE_MS): Promise<string[]> {
  const removed: string[] = [];
  for (const base of new Set([tmpdir(), '/tmp'])) {
    for (const name of listFolders(base)) {
      const owner = Number(name.slice(PREFIX.length).split('-', 1)[0]);
      const folder = join(base, name);
      const stats = statSync(folder, { throwIfNoEntry: false });
      if (stats === undefined || stats.uid !== process.getuid?.() || Date.now() - stats.mtimeMs < minAgeMs)
        continue;
      if (isProcessAlive(owner) || (await answers(join(folder, SOCKET_NAME)))) continue;
      rmSync(folder, { recursive: true, force: true });
      removed.push(folder);
    }
  }
  return removed;
}

function listFolders(base: string): string[] {
  try {
    return readdirSync(base).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
