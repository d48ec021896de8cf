import { rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describeLowSpace, removeOwner, writeOwner } from '../data.folder.js';
import type { DatabaseLogger } from '../database.logger.js';
import type { EngineKind, EngineOrder } from './engine.messages.js';
import { openEngine } from './engine.opening.js';
import { type EngineProcess, startEngineProcess } from './engine.process.js';
import { createSocketFolder, removeStaleSocketFolders, SOCKET_NAME } from './socket.folder.js';

/** The first restart is immediate; then the pause doubles from 100 ms up to this, in milliseconds. */
const MAX_BACKOFF_MS = 5_000;
const FIRST_BACKOFF_MS = 100;
/** An engine that lived this long starts the back-off from the beginning, in milliseconds. */
const STABLE_AFTER_MS = 30_000;
/**
 * How long a clean shutdown (a checkpoint of all data) may take before SIGKILL, in milliseconds: less than the 10 s
 * that `docker stop` gives the whole server. SIGKILL costs nothing but recovery time, as the journal has it all.
 */
const STOP_DEADLINE_MS = 8_000;

export interface EngineSupervisorOptions {
  kind: EngineKind;
  /** Folder of the data files; exists and is writable. */
  dataFolder: string;
  /** Path of the mongod program, for that kind. */
  mongodBinary?: string;
  logger: DatabaseLogger;
}

/** Keeps one engine running on one data folder behind one socket path. */
export interface EngineSupervisor {
  /** Path of the Unix socket; the same over all restarts. */
  socketPath: string;
  processId(): number | undefined;
  /** Whether an engine accepts connections, as far as its process tells. */
  isReady(): boolean;
  onReadyChange(listener: (isReady: boolean) => void): () => void;
  /** Ends the engine cleanly, by force after 8 s, and removes the socket folder. Can be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts an engine and resolves when it accepts connections; from then on restarts it whenever it ends.
 * Throws `DatabaseStartError` with `data_dir_in_use`, `no_database` or `engine_failed`.
 */
export async function superviseEngine(options: EngineSupervisorOptions): Promise<EngineSupervisor> {
  const { logger } = options;
  await removeStaleSocketFolders();
  const socketFolder = createSocketFolder();
  const order: EngineOrder = {
    kind: options.kind,
    dataFolder: options.dataFolder,
    socketPath: join(socketFolder, SOCKET_NAME),
    cacheFolders: listCacheFolders(options.dataFolder),
    ...(options.mongodBinary === undefined ? {} : { mongodBinary: options.mongodBinary }),
  };
  const listeners = new Set<(isReady: boolean) => void>();
  let current: EngineProcess | undefined;
  let isReady = false;
  let isStopping = false;
  let wakeFromBackoff: () => void = () => undefined;

  const setReady = (next: boolean): void => {
    if (isReady === next) return;
    isReady = next;
    if (next) noteOwner();
    for (const listener of listeners) listener(next);
  };
  const noteOwner = (): void => {
    try {
      writeOwner(options.dataFolder, { serverProcessId: process.pid, engineProcessId: current?.processId() });
    } catch (error) {
      // A full disk, say. The note only shortens a wait.
      logger.debug({ reason: (error as Error).message }, 'the note on the data folder could not be written');
    }
  };
  const spawn = (): EngineProcess => {
    current = startEngineProcess(order, ({ level, text }) =>
      logger[level]({ engine: text }, 'database engine'),
    );
    return current;
  };

  try {
    await openEngine(spawn, options);
  } catch (error) {
    rmSync(socketFolder, { recursive: true, force: true });
    throw error;
  }
  setReady(true);
  const finished = keepRunning();

  async function keepRunning(): Promise<void> {
    let failures = 0;
    let readyAt: number | undefined = Date.now();
    while (!isStopping) {
      const how = await (current as EngineProcess).exited;
      setReady(false);
      if (isStopping) return;
      if (readyAt !== undefined && Date.now() - readyAt > STABLE_AFTER_MS) failures = 0;
      readyAt = undefined;
      const pause = failures === 0 ? 0 : Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), MAX_BACKOFF_MS);
      failures += 1;
      logger.error(
        { failures, restartInMs: pause },
        `the database engine ${how}${describeLowSpace(options.dataFolder)}; starting it again`,
      );
      if (pause > 0) await sleep(pause, (wake) => (wakeFromBackoff = wake));
      if (isStopping) return;
      const start = await spawn().started;
      if (isStopping) return;
      if (start.isReady) {
        readyAt = Date.now();
        setReady(true);
        logger.info({ engineProcessId: current?.processId() }, 'the database engine is back');
      } else {
        logger.error({ reason: start.reason, detail: start.detail }, 'the database engine did not start');
      }
    }
  }

  return {
    socketPath: order.socketPath,
    processId: () => current?.processId(),
    isReady: () => isReady,
    onReadyChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      if (!isStopping) {
        isStopping = true;
        wakeFromBackoff();
        current?.stop();
      }
      const deadline = setTimeout(() => {
        logger.warn(
          { afterMs: STOP_DEADLINE_MS },
          'the database engine did not stop in time and is killed; the journal keeps its data',
        );
        current?.kill();
      }, STOP_DEADLINE_MS);
      await current?.exited;
      await finished;
      clearTimeout(deadline);
      removeOwner(options.dataFolder);
      rmSync(socketFolder, { recursive: true, force: true });
    },
  };
}

/** A cache of this user's first, as 35 MB are not worth copying per data folder; beside the data where there is no home. */
function listCacheFolders(dataFolder: string): string[] {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return [join(cache, 'parley'), `${dataFolder}-cache`];
}

function sleep(milliseconds: number, onWaker?: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    onWaker?.(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
