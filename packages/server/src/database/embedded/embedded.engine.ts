import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'bson';
import { loadNativeEngine, type NativeEngine } from './native.library.js';

/**
 * Read by WiredTiger from the data folder at each open, over what the engine passes: every commit writes its journal
 * record to the operating system before it is acknowledged, so that a SIGKILL of the engine loses none.
 *
 * A second line of defence behind the connection's write concern (see connect.options.ts), for the write that names
 * another one. Measured without it: 20 of 50 kills under `{ w: 'majority', j: true }` lost up to 46 ms of acknowledged
 * inserts, 30 of 30 under `{ w: 1 }`, 0 of 190 under `{ w: 1, j: true }`. With it: none in 80 under any of them, at
 * 0.1 ms per write. A loss of power is the write concern's alone, as `method=none` does not wait for the disk.
 */
const ENGINE_CONFIG = 'transaction_sync=(enabled=true,method=none)\n';
const CONFIG_NAME = 'WiredTiger.config';

/** Loads the native engine and opens `dataFolder` with it. Throws `NoEngineError`, or the engine's error. */
export async function openEmbeddedEngine(dataFolder: string, cacheFolders: string[]): Promise<NativeEngine> {
  const engineClass = loadNativeEngine(cacheFolders);
  const path = join(dataFolder, CONFIG_NAME);
  if (readText(path) !== ENGINE_CONFIG) writeFileSync(path, ENGINE_CONFIG);
  const engine = await engineClass.open(dataFolder);
  await setParameters(engine);
  return engine;
}

const HEADER_BYTES = 16;
const OP_MSG = 2013;

/**
 * The engine's planner, 9.0's cost-based ranker, runs some plans on an execution engine that this build leaves out:
 * a query with two or more candidate indexes and many keys then fails with "the slot-based execution engine is not
 * part of this build". The ranker of earlier versions does without. A setting of the process: made at every start.
 */
const PARAMETERS = { setParameter: 1, internalQueryPlanRanker: 'multiPlanning', $db: 'admin' };

async function setParameters(engine: NativeEngine): Promise<void> {
  const command = serialize(PARAMETERS);
  const message = Buffer.alloc(HEADER_BYTES + 5 + command.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(1, 4);
  message.writeInt32LE(OP_MSG, 12);
  // No flags, and one section of kind 0: the command.
  message.set(command, HEADER_BYTES + 5);
  const { response } = await engine.roundTrip(message);
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
