import { execFile, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Megabytes of the small disk: the engine builds no index with less than 500 MB left. */
const SIZE_MB = 800;
/**
 * For the engine on the small disk, over what it opens its storage with. Its journal files have 100 MB each, made
 * ahead, so a full disk would not be felt in a run of seconds; with these it is at once.
 */
export const SMALL_JOURNAL = { WIREDTIGER_CONFIG: 'log=(file_max=100KB,prealloc=false)' };
const CHUNK = Buffer.alloc(4_096, 1);

const fallocate = promisify(execFile);

/** A disk that can be filled up. */
export interface SmallDisk {
  folder: string;
  /** Takes all the room that is left, and goes on taking what is freed. */
  fill(): Promise<void>;
  free(): void;
  remove(): void;
}

/** Mounts a small memory disk; undefined where that is not allowed (it takes root on Linux). */
export function mountSmallDisk(folder: string, sizeMb = SIZE_MB): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=0700`, 'tmpfs', folder]);
  if (mounted.status !== 0) return undefined;
  const filler = join(folder, 'filler');
  let isFull: NodeJS.Timeout | undefined;

  /** What the engine gives back meanwhile is a few pages at a time. */
  function takeRest(): void {
    const file = openSync(filler, 'a');
    try {
      for (;;) writeSync(file, CHUNK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  const unmount = () => void spawnSync('umount', ['-l', folder]);
  process.once('exit', unmount);

  return {
    folder,
    async fill() {
      const { bavail, bsize } = statfsSync(folder);
      // In a process of its own: hundreds of megabytes written here would stop the load for seconds.
      await fallocate('fallocate', ['-l', String(bavail * bsize), filler]).catch(() => undefined);
      takeRest();
      isFull = setInterval(takeRest, 100);
    },
    free() {
      clearInterval(isFull);
      rmSync(filler, { force: true });
    },
    remove() {
      clearInterval(isFull);
      process.off('exit', unmount);
      unmount();
    },
  };
}
