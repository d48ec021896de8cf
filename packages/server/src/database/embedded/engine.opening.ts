import { readFileSync } from 'node:fs';
import { describeLowSpace, readOwner } from '../data.folder.js';
import type { DatabaseLogger } from '../database.logger.js';
import { DatabaseStartError } from '../start.error.js';
import type { EngineFailure, EngineKind } from './engine.messages.js';
import type { EngineProcess } from './engine.process.js';
import { isProcessAlive } from './process.state.js';

/** Time that the engine of a killed server gets to close its files and leave, in milliseconds. */
const PREDECESSOR_GRACE_MS = 8_000;
const PREDECESSOR_POLL_MS = 200;
/** A mongod whose server and guard are both dead gets SIGTERM after this, in milliseconds: nobody else will stop it. */
const ORPHAN_SIGNAL_MS = 1_000;
/** An opening engine says so this often, in milliseconds: recovery of a large journal takes its time. */
const STILL_OPENING_MS = 10_000;

interface Opening {
  kind: EngineKind;
  dataFolder: string;
  logger: DatabaseLogger;
}

/**
 * Starts an engine for the first time. Where the data folder is locked, a server that lives is a reason to refuse at
 * once; the engine of a dead one gets 8 s to leave. Throws `DatabaseStartError` with `data_dir_in_use`,
 * `no_database` or `engine_failed`.
 */
export async function openEngine(
  spawn: () => EngineProcess,
  { kind, dataFolder, logger }: Opening,
): Promise<void> {
  const startedAt = Date.now();
  const reminder = setInterval(
    () => logger.info({ dataFolder }, 'the database engine is still opening its data'),
    STILL_OPENING_MS,
  );
  try {
    for (let isFirst = true; ; isFirst = false) {
      const engine = spawn();
      const start = await engine.started;
      if (start.isReady) return;
      await engine.exited;
      if (start.reason !== 'data_dir_in_use')
        throw explainFailure(kind, dataFolder, start.reason, start.detail);
      const owner = readOwner(dataFolder);
      const waitedMs = Date.now() - startedAt;
      if (waitedMs > PREDECESSOR_GRACE_MS || (owner !== undefined && isProcessAlive(owner.serverProcessId))) {
        throw new DatabaseStartError(
          'data_dir_in_use',
          `Another server is already running on the data folder ${dataFolder}.`,
        );
      }
      if (isFirst)
        logger.info(
          { dataFolder },
          'the data folder is locked by the engine of a server that is gone; waiting for it to leave',
        );
      if (kind === 'mongod' && waitedMs > ORPHAN_SIGNAL_MS)
        endOrphanedMongod(owner?.engineProcessId, dataFolder);
      await new Promise((resolve) => setTimeout(resolve, PREDECESSOR_POLL_MS));
    }
  } finally {
    clearInterval(reminder);
  }
}

function explainFailure(
  kind: EngineKind,
  dataFolder: string,
  reason: EngineFailure,
  detail: string,
): DatabaseStartError {
  if (reason === 'other') {
    return new DatabaseStartError(
      'engine_failed',
      `The database engine (${kind}) could not open ${dataFolder}: ${detail}${describeLowSpace(dataFolder)}.`,
    );
  }
  const what = kind === 'mongod' ? detail : `the embedded engine does not run here (${detail})`;
  return new DatabaseStartError(
    'no_database',
    `There is no database: ${what}; set MONGODB_URI to the address of a MongoDB server.`,
  );
}

/** The id comes from a note, and ids are used again: the process must be one that was started on this folder. */
function endOrphanedMongod(processId: number | undefined, dataFolder: string): void {
  if (!Number.isInteger(processId) || Number(processId) <= 0) return;
  try {
    const commandLine = readFileSync(`/proc/${processId}/cmdline`, 'utf8').split('\0');
    if (commandLine.includes(dataFolder)) process.kill(Number(processId), 'SIGTERM');
  } catch {
    // It left meanwhile, or this system has no /proc; then the person is told that the folder is in use.
  }
}
