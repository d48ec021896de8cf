import { join } from 'node:path';
import type { System } from './system.js';

/**
 * Does work while the server of a system profiles itself, and writes `<system>-<name>.cpuprofile` into the folder; only
 * does the work when there is no folder.
 */
export async function withProfile<T>(
  folder: string | undefined,
  system: System,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  if (folder === undefined) return work();
  await system.process.ask('startProfile');
  try {
    return await work();
  } finally {
    const file = join(folder, `${system.name.replaceAll(' ', '-')}-${name}.cpuprofile`);
    await system.process.ask('stopProfile', { file });
  }
}
