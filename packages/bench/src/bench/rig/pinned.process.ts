import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The processor that everything under test runs on: server, peers and database engine. */
export const CORE_UNDER_TEST = 0;
/** The processor of the load generator. */
export const CORE_OF_LOAD = 1;

const START_MS = 60_000;
const STOP_MS = 20_000;

/** A program under test: a Node process of this package on its own processor, which can be asked things. */
export interface PinnedProcess<Ready> {
  readonly name: string;
  readonly processId: number;
  /** What it said once it could be used. */
  readonly ready: Ready;
  /** Milliseconds from the start of the process until it said so. */
  readonly startedInMs: number;
  /** Asks one of the questions that it passed to `answerQuestions`. Rejects with its error, or when it ended. */
  ask<T>(question: string, details?: object): Promise<T>;
  /** Ends it in order, or by force after 20 s. */
  stop(): Promise<void>;
}

export interface PinnedOptions {
  name: string;
  /** The compiled entry, as a path below `dist/bench`. */
  entry: string;
  order?: object;
  core?: number;
  env?: Record<string, string>;
  cwd?: string;
  nodeOptions?: string[];
}

/** Whether processes can be bound to a processor here; without it every figure is of two programs that compete. */
export const canPin = spawnSync('taskset', ['-V']).error === undefined;

/**
 * Binds the calling process to the processor of the load. Nothing gets a higher priority: the kernel's own threads, which
 * bring the answers of the disk, would wait for it, and a processor that is never idle would then stop the journal.
 */
export function pinLoadGenerator(): void {
  movePinned(process.pid, CORE_OF_LOAD);
}

/** Lets a process and its threads run on one processor, or on any. */
export function movePinned(processId: number, to: number | 'anywhere'): void {
  if (!canPin) return;
  const cores = to === 'anywhere' ? `${CORE_UNDER_TEST},${CORE_OF_LOAD}` : String(to);
  spawnSync('taskset', ['-a', '-c', '-p', cores, String(processId)]);
}

/** The compiled twin of a file of this folder, wherever this module runs from. */
const compiled = (entry: string) => fileURLToPath(new URL(`../../../dist/bench/${entry}`, import.meta.url));

/** Starts a program and waits until it can be used. */
export async function startPinned<Ready>(options: PinnedOptions): Promise<PinnedProcess<Ready>> {
  const { name, entry, order = {}, core = CORE_UNDER_TEST, env, cwd, nodeOptions = [] } = options;
  const command = [process.execPath, ...nodeOptions, compiled(entry), JSON.stringify(order)];
  const [program, ...args] = canPin ? ['taskset', '-c', String(core), ...command] : command;
  const startedAt = performance.now();
  const child = spawn(program as string, args, {
    ...(cwd !== undefined && { cwd }),
    // What a server says on its console is written as in production, and read by nobody.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  });
  let words = '';
  const keep = (chunk: Buffer) => {
    words = (words + String(chunk)).slice(-2_000);
  };
  child.stderr?.on('data', keep);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const ask = createAsker(child, ended, () => `${name} ended: ${words}`);
  const ready = await new Promise<Ready>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} did not start: ${words}`)), START_MS);
    void ended.then(() => reject(new Error(`${name} ended: ${words}`)));
    child.on('message', (message) => {
      if (!isObject(message) || !('ready' in message)) return;
      clearTimeout(timer);
      resolve(message.ready as Ready);
    });
  });
  return {
    name,
    processId: child.pid ?? 0,
    ready,
    startedInMs: performance.now() - startedAt,
    ask,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(force);
    },
  };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function createAsker(child: ChildProcess, ended: Promise<void>, explain: () => string) {
  type Settle = { resolve: (value: never) => void; reject: (error: Error) => void };
  const open = new Map<number, Settle>();
  let asked = 0;
  child.on('message', (message) => {
    const { answerTo, result, error } = message as { answerTo?: number; result?: unknown; error?: string };
    const settle = answerTo === undefined ? undefined : open.get(answerTo);
    if (answerTo === undefined || settle === undefined) return;
    open.delete(answerTo);
    if (error === undefined) settle.resolve(result as never);
    else settle.reject(new Error(error));
  });
  void ended.then(() => {
    for (const { reject } of open.values()) reject(new Error(explain()));
  });
  return <T>(question: string, details: object = {}): Promise<T> => {
    asked += 1;
    const id = asked;
    return new Promise<T>((resolve, reject) => {
      open.set(id, { resolve: resolve as Settle['resolve'], reject });
      child.send({ id, question, details });
    });
  };
}
