import { readFileSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'bson';
import { loadNativeEngine, type NativeEngine } from './native.library.js';
import { encodeMessage } from './wire.message.js';

/**
 * Read by WiredTiger from the data folder at each open, over what the engine passes: every commit writes its journal
 * record to the operating system before it is acknowledged, so that a SIGKILL of the engine loses none.
 *
 * A second line of defence behind the connection's write concern (see connect.options.ts), for the write that names
 * another one. Measured without it: 20 of 50 kills under `{ w: 'majority', j: true }` lost up to 46 ms of acknowledged
 * inserts, 30 of 30 under `{ w: 1 }`, 0 of 190 under `{ w: 1, j: true }`. With it: none in 80 under any of them, at
 * 0.1 ms per write. A loss of power is the write concern's alone, as `method=none` does not wait for the disk.
 */
const TRANSACTION_SYNC = 'transaction_sync=(enabled=true,method=none)';

/**
 * Megabytes that the engine may keep of its data: a quarter of the machine's memory, or of the container's, within
 * these bounds. The least is what the engine takes by itself: with it, 10,000 messages in a second make it write pages
 * in the middle of everything (a tenth of the processor at 2,000 messages a second), and a search among a million
 * messages reads from the disk. A million messages with all indexes are 1.5 GB on disk. Taken as it is needed.
 */
const CACHE_MEGABYTES = { least: 256, most: 2_048 };

/**
 * Percent of the cache that may be newer than on disk before threads begin to write it there, and before writers must
 * help (the engine's own: 5 and 20). A page that is written to all the time is then written to disk once a minute, by
 * the checkpoint, and not each time that 100 MB have come: those threads took 5 µs of each message under full load.
 * The journal has it all the while, so nothing else changes for a crash.
 */
const DIRTY = 'eviction_dirty_target=20,eviction_dirty_trigger=40';

/** The memory that this process may use, in bytes: of the container, where there is one. */
function availableMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** The text of the engine's own configuration file on a machine with so many bytes of memory. */
export function engineConfigFor(memory: number): string {
  const quarter = Math.floor(memory / 4 / 1_048_576);
  const cache = Math.min(CACHE_MEGABYTES.most, Math.max(CACHE_MEGABYTES.least, quarter));
  return `cache_size=${cache}M,${DIRTY},${TRANSACTION_SYNC}\n`;
}

const CONFIG_NAME = 'WiredTiger.config';

/** Loads the native engine and opens `dataFolder` with it. Throws `NoEngineError`, or the engine's error. */
export async function openEmbeddedEngine(dataFolder: string, cacheFolders: string[]): Promise<NativeEngine> {
  const engineClass = loadNativeEngine(cacheFolders);
  const path = join(dataFolder, CONFIG_NAME);
  const config = engineConfigFor(availableMemory());
  if (readText(path) !== config) writeFileSync(path, config);
  const engine = await engineClass.open(dataFolder);
  await setParameters(engine);
  return engine;
}

/**
 * The engine's planner, 9.0's cost-based ranker, runs some plans on an execution engine that this build leaves out:
 * a query with two or more candidate indexes and many keys then fails with "the slot-based execution engine is not
 * part of this build". The ranker of earlier versions does without. A setting of the process: made at every start.
 */
const PARAMETERS = { setParameter: 1, internalQueryPlanRanker: 'multiPlanning', $db: 'admin' };

async function setParameters(engine: NativeEngine): Promise<void> {
  const { response } = await engine.roundTrip(encodeMessage(1, serialize(PARAMETERS)));
  const { ok, errmsg } = deserialize(response) as { ok?: number; errmsg?: string };
  if (ok !== 1) throw new Error(`the engine refused its settings: ${errmsg ?? 'no reason given'}`);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
