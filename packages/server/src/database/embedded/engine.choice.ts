import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { DatabaseLogger } from '../database.logger.js';
import { DatabaseStartError } from '../start.error.js';
import type { EngineKind } from './engine.messages.js';

/** The child engine to run; `mongodBinary` is there for a mongod. */
export type EngineChoice = { kind: 'embedded' } | { kind: 'mongod'; mongodBinary: string };

interface ChoiceOptions {
  dataDir: string;
  /** Named by the operator; wins over everything. */
  mongodBinary: string | undefined;
  /** Folders to look for `mongod` in, written as in PATH; default the PATH of this process. */
  searchPath: string | undefined;
  logger: DatabaseLogger;
}

/**
 * Chooses the engine: the named mongod, else the one that this data folder was used with last, else a mongod on the
 * search path, else the embedded engine. Each keeps its own files, so to change engines because somebody installed
 * or removed a mongod would look like the loss of all data. Throws `DatabaseStartError` with `no_database`.
 */
export function chooseEngine({ dataDir, mongodBinary, searchPath, logger }: ChoiceOptions): EngineChoice {
  const last = findLastUsed(dataDir);
  if (mongodBinary) {
    if (last === 'embedded') {
      logger.warn(
        { dataDir },
        'this data folder was used with the embedded engine last; the mongod you name does not see that data',
      );
    }
    return { kind: 'mongod', mongodBinary };
  }
  const found = findOnPath('mongod', searchPath ?? process.env['PATH'] ?? '');
  if (last === 'embedded') {
    if (found !== undefined)
      logger.info(
        { found },
        'mongod is installed, but this data folder belongs to the embedded engine, which is used again',
      );
    return { kind: 'embedded' };
  }
  if (found !== undefined) return { kind: 'mongod', mongodBinary: found };
  if (last === 'mongod') {
    throw new DatabaseStartError(
      'no_database',
      `There is no database: the data in ${join(dataDir, 'mongod')} needs a mongod, and there is none on the PATH; set MONGOD_BIN to its path or MONGODB_URI to the address of a MongoDB server.`,
    );
  }
  return { kind: 'embedded' };
}

/** WiredTiger writes its turtle file at every checkpoint. */
function findLastUsed(dataDir: string): EngineKind | undefined {
  const usedAt = (kind: EngineKind): number => {
    try {
      return statSync(join(dataDir, kind, 'WiredTiger.turtle')).mtimeMs;
    } catch {
      return 0; // Not there; or out of reach, which the folder's own check reports.
    }
  };
  const [embedded, mongod] = [usedAt('embedded'), usedAt('mongod')];
  if (embedded === 0 && mongod === 0) return undefined;
  return embedded > mongod ? 'embedded' : 'mongod';
}

function findOnPath(program: string, searchPath: string): string | undefined {
  for (const folder of searchPath.split(delimiter)) {
    if (folder === '') continue;
    try {
      accessSync(join(folder, program), constants.X_OK);
      return join(folder, program);
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
