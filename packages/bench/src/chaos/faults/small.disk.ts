import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Megabytes of the small disk. The engine makes journal files of 100 MB, one ahead, and opens with about 210 MB.
 */
const SIZE_MB = 420;
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
export function mountSmallDisk(folder: string): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=0700`, 'tmpfs', folder]);
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
