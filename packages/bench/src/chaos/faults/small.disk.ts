import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Megabytes of the small disk: the engine builds no index with less than 500 MB left. */
const SIZE_MB = 800;
/**
 * For the engine on the small disk, over what it opens its storage with. Its journal files have 100 MB each, made
 * ahead, so a full disk would not be felt in a run of seconds; with these it is at once.
 */
export const SMALL_JOURNAL = { WIREDTIGER_CONFIG: 'log=(file_max=100KB,prealloc=false)' };
const CHUNK = Buffer.alloc(65_536, 1);

/** A disk that can be filled up. */
export interface SmallDisk {
  folder: string;
  /** Takes all the room that is left, and goes on taking what is freed. */
  fill(): void;
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

  function takeAll(): void {
    const file = openSync(filler, 'a');
    try {
      for (;;) writeSync(file, CHUNK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  return {
    folder,
    fill() {
      takeAll();
      isFull = setInterval(takeAll, 100);
    },
    free() {
      clearInterval(isFull);
      rmSync(filler, { force: true });
    },
    remove() {
      clearInterval(isFull);
      spawnSync('umount', ['-l', folder]);
    },
  };
}
