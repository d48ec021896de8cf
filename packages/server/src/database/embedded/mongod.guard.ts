import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { EngineFailure, EngineOrder } from './engine.messages.js';

/** Lines of mongod's log kept to explain a failed start. */
const KEPT_LOG_LINES = 50;
/** How often the socket is tried until mongod accepts connections, in milliseconds. */
const READY_POLL_MS = 25;

/** A `mongod` that runs under this process. */
export interface GuardedMongod {
  /** Undefined when the program could not even be started. */
  processId: number | undefined;
  /** Resolves when it accepts connections; rejects with `MongodStartError` when it exits before that. */
  ready: Promise<void>;
  /** Resolves when it is gone. */
  exited: Promise<void>;
  /** Asks it to close its files and leave; SIGTERM is mongod's documented clean shutdown. */
  stop(): Promise<void>;
}

/** mongod left before it was ready. */
export class MongodStartError extends Error {
  readonly reason: EngineFailure;

  constructor(reason: EngineFailure, message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Starts `mongod` on a Unix socket and no TCP port: `--bind_ip` takes a socket path (MongoDB manual, "mongod",
 * `--bind_ip`), and `--nounixsocket` leaves out the default one in /tmp.
 */
export function startMongod(order: EngineOrder, onLine: (line: string) => void): GuardedMongod {
  rmSync(order.socketPath, { force: true });
  const child = spawn(
    order.mongodBinary ?? 'mongod',
    ['--dbpath', order.dataFolder, '--bind_ip', order.socketPath, '--nounixsocket', '--quiet'],
    // A group of its own: Ctrl-C in the terminal must reach the server alone, which then stops the database last.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const kept: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      kept.push(line);
      if (kept.length > KEPT_LOG_LINES) kept.shift();
      onLine(line);
    });
  }
  let failure: Error | undefined;
  let isGone = false;
  const exited = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      failure = error;
      isGone = true;
      resolve();
    });
    child.once('close', () => {
      isGone = true;
      resolve();
    });
  });
  const ready = waitForSocket(order.socketPath, () => isGone).then((isReady) => {
    if (!isReady) throw explainExit(failure, kept);
  });
  return {
    processId: child.pid,
    ready,
    exited,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function waitForSocket(path: string, isGone: () => boolean): Promise<boolean> {
  while (!isGone()) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(path, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isOpen) return true;
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  return false;
}

function explainExit(failure: Error | undefined, lines: string[]): MongodStartError {
  if (failure !== undefined)
    return new MongodStartError('no_engine', `mongod could not be started: ${failure.message}`);
  const text = lines.join('\n');
  if (/DBPathInUse|Unable to lock the lock file/.test(text)) {
    return new MongodStartError('data_dir_in_use', 'another mongod holds the lock of the data folder');
  }
  const worst = lines.findLast((line) => /"s":"[EF]"/.test(line)) ?? lines.at(-1) ?? 'it wrote nothing';
  return new MongodStartError('other', `mongod left at once: ${worst.slice(0, 500)}`);
}
