/**
 * Entry file of the child process that holds the database engine. Started by `engine.supervisor.ts` with one
 * argument, an `EngineOrder` as JSON, and an IPC channel. When the channel closes, the server is gone (kill -9
 * included) and this process closes the data files and leaves, so that no orphan keeps the data folder locked.
 */
import { rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { openEmbeddedEngine } from './embedded.engine.js';
import type { EngineOrder, EngineReport, EngineStopOrder } from './engine.messages.js';
import { MongodStartError, startMongod } from './mongod.guard.js';
import { NoEngineError } from './native.library.js';
import { listenForWireMessages } from './wire.listener.js';

const order = JSON.parse(process.argv[2] ?? '{}') as EngineOrder;
/** Set while an engine runs; ends it cleanly. */
let stopEngine: (() => Promise<void>) | undefined;
let isStopping = false;

// Ctrl-C and a service manager signal the whole group; the server decides when its database may stop.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => void leave({ isOrphan: true }));
process.on('message', (message) => {
  if ((message as EngineStopOrder).type === 'stop') void leave({ isOrphan: false });
});

function report(message: EngineReport): void {
  if (process.connected) process.send?.(message, () => undefined);
}

async function leave({ isOrphan }: { isOrphan: boolean }): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  // An engine that is just opening its data cannot be closed before it has; a mongod can be told at any time.
  if (stopEngine === undefined) await opening.catch(() => undefined);
  await stopEngine?.().catch(() => undefined);
  // With its server alive the folder is the server's to remove.
  if (isOrphan) removeSocketFolder();
  process.exit(0);
}

/** Not recursive: whatever else lies in the folder, it is not ours. */
function removeSocketFolder(): void {
  try {
    rmSync(order.socketPath, { force: true });
    rmdirSync(dirname(order.socketPath));
  } catch {
    // The next server cleans up.
  }
}

async function openEmbedded(): Promise<void> {
  const engine = await openEmbeddedEngine(order.dataFolder, order.cacheFolders);
  const listener = await listenForWireMessages(engine, order.socketPath, (error) => {
    if (isStopping) return;
    // Kept by the supervisor to say why this process ended; it starts another.
    process.stderr.write(`the engine answers nothing any more: ${String(error)}\n`, () => process.exit(1));
  });
  stopEngine = async () => {
    await listener.close();
    await engine.close();
  };
  report({ type: 'ready', processId: process.pid });
}

async function openMongod(): Promise<void> {
  const mongod = startMongod(order, (line) => {
    report({ type: 'log', level: /"s":"[EF]"/.test(line) ? 'warn' : 'debug', text: line });
  });
  const { processId } = mongod;
  if (processId !== undefined) report({ type: 'spawned', processId });
  stopEngine = () => mongod.stop();
  await mongod.ready;
  if (processId !== undefined) report({ type: 'ready', processId });
  void mongod.exited.then(() => {
    if (!isStopping) process.exit(1);
  });
}

function readFailure(error: unknown): EngineReport {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof MongodStartError) return { type: 'failed', reason: error.reason, detail };
  if (error instanceof NoEngineError) return { type: 'failed', reason: 'no_engine', detail };
  const isLocked =
    /DBPathInUse|lock file|Resource temporarily unavailable|WT_SESSION.*EBUSY|already locked/i.test(detail);
  return { type: 'failed', reason: isLocked ? 'data_dir_in_use' : 'other', detail };
}

const opening = order.kind === 'mongod' ? openMongod() : openEmbedded();
opening.catch((error: unknown) => {
  if (isStopping) return;
  const message = readFailure(error);
  // The report must be on its way before the process goes.
  if (process.connected) process.send?.(message, () => process.exit(1));
  else process.exit(1);
});
