import { mkdtempSync, readFileSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../config/folder.js';
import { DatabaseStartError } from './start.error.js';

/** Makes the folder and proves that files can be made in it. Throws `DatabaseStartError` with `data_dir_not_writable`. */
export function prepareFolder(folder: string): string {
  try {
    makeFolder(folder, 0o700);
    rmdirSync(mkdtempSync(join(folder, '.probe-')));
    return folder;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new DatabaseStartError(
      'data_dir_not_writable',
      `The data folder ${folder} cannot be written (${code}); make it writable or choose another one.`,
    );
  }
}

/** An engine stops when it cannot make its next journal file, which is 100 MB; in megabytes. */
const LOW_SPACE_MB = 100;

/** A clause for a message about a failed engine when the disk of the folder is full or nearly so; else an empty text. */
export function describeLowSpace(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder);
    const freeMb = Math.floor((bavail * bsize) / 1e6);
    return freeMb < LOW_SPACE_MB ? `; its disk has only ${freeMb} MB left` : '';
  } catch {
    return '';
  }
}

/**
 * Who runs on a data folder. The engine's own lock decides whether the folder is free; this note only tells a server
 * that lives from one that was killed, whose engine is about to leave.
 */
export interface FolderOwner {
  serverProcessId: number;
  engineProcessId: number | undefined;
}

/** Leaves a note beside the data folder. */
export function writeOwner(dataFolder: string, owner: FolderOwner): void {
  writeFileSync(notePath(dataFolder), JSON.stringify(owner), { mode: 0o600 });
}

/** Reads the note of the last server; undefined if there is none. */
export function readOwner(dataFolder: string): FolderOwner | undefined {
  try {
    return JSON.parse(readFileSync(notePath(dataFolder), 'utf8')) as FolderOwner;
  } catch {
    return undefined;
  }
}

/** Takes the note away after a clean shutdown. */
export function removeOwner(dataFolder: string): void {
  rmSync(notePath(dataFolder), { force: true });
}

function notePath(dataFolder: string): string {
  return `${dataFolder}.owner.json`;
}
