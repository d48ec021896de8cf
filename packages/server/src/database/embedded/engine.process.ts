import { type ChildProcess, fork } from 'node:child_process';
import { findProgramEntry } from '../../config/program.entry.js';
import type { EngineFailure, EngineOrder, EngineReport } from './engine.messages.js';
import { isProcessAlive } from './process.state.js';

/** How long a mongod whose guard died may take to leave before it is killed, in milliseconds. */
const ORPHAN_GRACE_MS = 5_000;
const ORPHAN_POLL_MS = 50;
/** Lines of the child's stderr kept to explain a crash. */
const KEPT_ERROR_BYTES = 4_000;

/** How a start ended. */
export type EngineStart = { isReady: true } | { isReady: false; reason: EngineFailure; detail: string };

/** One life of the engine's child process. */
export interface EngineProcess {
  /** Process id of the engine itself: the child, or the mongod under it; undefined before it is known. */
  processId(): number | undefined;
  started: Promise<EngineStart>;
  /** Resolves with one line on how it ended, when neither the child nor a mongod under it lives any more. */
  exited: Promise<string>;
  /** Asks for a clean shutdown. */
  stop(): void;
  /** SIGKILL to the child and to a mongod under it. */
  kill(): void;
}

/** Starts a child process that opens the data folder named in `order`. */
export function startEngineProcess(
  order: EngineOrder,
  onLog: (report: EngineReport & { type: 'log' }) => void,
): EngineProcess {
  let child: ChildProcess;
  try {
    child = forkChild(order);
  } catch (error) {
    // No file handle or no process left, say; the next attempt may find one.
    return makeStillborn(`could not be started (${(error as Error).message})`);
  }
  let engineId = order.kind === 'embedded' ? child.pid : undefined;
  let lastWords = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-KEPT_ERROR_BYTES);
  });

  const exited = waitForExit(child).then(async (how) => {
    // A guard that was killed leaves its mongod behind, and that holds the lock of the data folder.
    if (engineId !== undefined && engineId !== child.pid) await endOrphan(engineId);
    const words = lastWords.trim().split('\n').at(-1);
    return words ? `${how}: ${words}` : how;
  });
  const started = new Promise<EngineStart>((resolve) => {
    child.on('message', (message) => {
      const report = message as EngineReport;
      if (report.type === 'log') onLog(report);
      if (report.type === 'spawned' || report.type === 'ready') engineId = report.processId;
      if (report.type === 'ready') resolve({ isReady: true });
      if (report.type === 'failed') resolve({ isReady: false, reason: report.reason, detail: report.detail });
    });
    void exited.then((how) => resolve({ isReady: false, reason: 'other', detail: how }));
  });
  return {
    processId: () => engineId,
    started,
    exited,
    stop() {
      if (child.connected) child.send({ type: 'stop' }, () => undefined);
    },
    kill() {
      child.kill('SIGKILL');
      if (engineId !== undefined && engineId !== child.pid) signal(engineId, 'SIGKILL');
    },
  };
}

function forkChild(order: EngineOrder): ChildProcess {
  const entry = findProgramEntry(new URL('./engine.child', import.meta.url));
  return fork(entry.path, [JSON.stringify(order)], {
    execArgv: entry.execArgv,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

function makeStillborn(how: string): EngineProcess {
  return {
    processId: () => undefined,
    started: Promise.resolve({ isReady: false, reason: 'other', detail: how }),
    exited: Promise.resolve(how),
    stop: () => undefined,
    kill: () => undefined,
  };
}

function waitForExit(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(`could not be started (${error.message})`);
    });
    child.once('exit', (code, signalName) =>
      resolve(signalName ? `ended by ${signalName}` : `ended with exit code ${code}`),
    );
  });
}

async function endOrphan(processId: number): Promise<void> {
  const deadline = Date.now() + ORPHAN_GRACE_MS;
  signal(processId, 'SIGTERM');
  while (isProcessAlive(processId)) {
    if (Date.now() > deadline) signal(processId, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, ORPHAN_POLL_MS));
  }
}

function signal(processId: number, name: NodeJS.Signals): void {
  // 0 and below mean whole process groups to kill(2), this one first.
  if (!Number.isInteger(processId) || processId <= 0) return;
  try {
    process.kill(processId, name);
  } catch {
    // It is gone already.
  }
}
