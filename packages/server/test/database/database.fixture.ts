import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/database/connect.js';

/** A log line as the database layer wrote it. */
export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  fields: object;
}

/** How long a test waits for what must come. */
const DEADLINE_MS = 20_000;

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Runs `end` after the test, last in first out. */
export function afterThisTest(end: () => unknown): void {
  endings.push(end);
}

/** A new empty data folder, removed after the test. */
export function makeDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-database-test-'));
  afterThisTest(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  return folder;
}

/** A logger that keeps its lines. */
export function keepLog() {
  const lines: LogLine[] = [];
  const keep = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, message, fields });
  return {
    lines,
    logger: { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') },
  };
}

/** Opens a database that is closed after the test. */
export async function openForTest(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const database = await openDatabase({
    dataDir: options.dataDir ?? makeDataDir(),
    logger: keepLog().logger,
    searchPath: '',
    ...options,
  });
  afterThisTest(() => database.close());
  return database;
}

/** Polls until `check` gives something other than false, null or undefined; throws after the deadline (milliseconds). */
export async function waitFor<T>(
  what: string,
  check: () => T | Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<NonNullable<T>> {
  const giveUpAt = Date.now() + deadlineMs;
  for (;;) {
    const result = await check();
    if (result !== undefined && result !== null && result !== false) return result as NonNullable<T>;
    if (Date.now() > giveUpAt) throw new Error(`waited ${deadlineMs} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Resolves at the next change of the database to up or down. */
export function nextState(database: Database, wanted: boolean, deadlineMs = DEADLINE_MS): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the database did not go ${wanted ? 'up' : 'down'} in ${deadlineMs} ms`)),
      deadlineMs,
    );
    const stop = database.onStateChange((up) => {
      if (up !== wanted) return;
      clearTimeout(timer);
      stop();
      resolve();
    });
  });
}

/** The engine's process id; throws when there is none. */
export function engineId(database: Database): number {
  const id = database.engineProcessId();
  if (id === undefined) throw new Error('the engine has no process');
  return id;
}

/** Socket folders in the temp folder that belong to the given server process. */
export function listSocketFolders(processId: number = process.pid): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(`parley-engine-${processId}-`))
    .map((name) => join(tmpdir(), name));
}

/** Runs `operation` and gives how long it took in milliseconds, and the error if it failed. */
export async function timed(operation: () => Promise<unknown>): Promise<{ ms: number; error: unknown }> {
  const startedAt = performance.now();
  const error = await operation().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { ms: performance.now() - startedAt, error };
}
