import { once } from 'node:events';
import { join } from 'node:path';
import {
  type DestinationStream,
  destination,
  type Level,
  type Logger,
  multistream,
  pino,
  stdTimeFunctions,
} from 'pino';
import pretty from 'pino-pretty';
import rollFile from 'pino-roll';
import { makeFolder } from '../config/folder.js';
import { escapeControls, showControls } from './line.guard.js';

/** What the log needs of the configuration. */
export interface LogOptions {
  environment: 'development' | 'production' | 'test';
  /** Absolute. */
  logDir: string;
  logLevel: string;
}

/** The log of a server, and the way to let go of it. */
export interface LogOutput {
  logger: Logger;
  /** Writes what waits and closes the file. Afterwards lines are lost. */
  close(): Promise<void>;
  /** Writes what waits at once, for an exit that cannot wait. */
  flushNow(): void;
}

/** A file is followed by a new one at this size and every day; this many are kept besides it. */
const FILE_SIZE = '20m';
const FILES_KEPT = 14;

/** Never in the log, wherever they stand in a line of ours: what signs a user in. */
const SECRET_PATHS = [
  'password',
  'currentPassword',
  'newPassword',
  'confirmPassword',
  'token',
  'refreshToken',
  'secret',
];
const REDACTED = [
  ...SECRET_PATHS,
  ...SECRET_PATHS.map((path) => `*.${path}`),
  ...['authorization', 'cookie', '["set-cookie"]'].flatMap((name) => {
    const member = name.startsWith('[') ? name : `.${name}`;
    return [`headers${member}`, `*.headers${member}`];
  }),
];

/**
 * The log: JSON lines in rotated files under `logDir` and, on the console, JSON in production and colours for people
 * otherwise. All streams are in this thread: with worker threads the last lines before an exit can be lost, and
 * per-message lines, which would be worth a thread, are never written.
 */
export async function createLogOutput(config: LogOptions): Promise<LogOutput> {
  const level = config.logLevel as Level;
  makeFolder(config.logDir, 0o750);
  const file = await rollFile({
    file: join(config.logDir, 'parley.log'),
    frequency: 'daily',
    size: FILE_SIZE,
    dateFormat: 'yyyy-MM-dd',
    limit: { count: FILES_KEPT, removeOtherLogFiles: true },
    mkdir: true,
    mode: 0o640,
  });
  // What is logged before the file is open would be lost in an exit that cannot wait.
  if ((file as unknown as { fd: number }).fd < 0) await once(file, 'ready');
  // A full disk must not take the server down with the log.
  file.on('error', () => undefined);
  const streams = [
    { level, stream: file as DestinationStream },
    { level, stream: createConsole(config.environment) },
  ];
  return {
    logger: createLogger({ level }, multistream(config.logLevel === 'silent' ? [] : streams)),
    close: () =>
      new Promise((resolve) => {
        file.once('close', resolve);
        file.end();
      }),
    flushNow() {
      try {
        file.flushSync();
      } catch {
        // The file was never opened: there is nothing to write.
      }
    },
  };
}

function createConsole(environment: LogOptions['environment']): DestinationStream {
  const stdout = destination({ dest: 1, sync: true });
  if (environment === 'production') return stdout;
  const printer = pretty({
    colorize: environment === 'development',
    ignore: 'pid,hostname',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    destination: stdout,
  });
  return { write: (line: string) => printer.write(showControls(line)) };
}

/** A logger on a stream, with everything that Parley's lines have in common: redaction, escapes, ISO times. */
export function createLogger(options: { level: string }, stream: DestinationStream): Logger {
  return pino(
    {
      level: options.level,
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths: REDACTED, censor: '[redacted]' },
      hooks: { streamWrite: escapeControls },
    },
    stream,
  );
}
