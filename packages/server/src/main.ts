import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { type RunningServer, startServer } from './app.js';
import { type Config, ConfigError, readConfig } from './config/config.js';
import { withEnvFile } from './config/env-file.js';
import { SERVER_VERSION } from './config/server.version.js';
import { SecretFileError } from './config/token.secrets.js';
import { IndexConflictError } from './database/indexes.js';
import { DatabaseStartError } from './database/start.error.js';
import { createLogOutput, type LogOutput } from './logging/logger.js';
import { ListenError } from './routes/http.server.js';

const HELP = `Parley ${SERVER_VERSION}: a self-hosted chat server.

  parley             starts the server
  parley --help      shows this
  parley --version   shows the version

It is configured by the environment and by a .env file in the current folder; nothing has to be set.
The most common: PORT (3000), MONGODB_URI, DATA_DIR (./data), JWT_SECRET, CLIENT_URL, NODE_ENV.
All of them, with their defaults: docs/configuration.md`;

/** Errors whose message is one sentence for the person at the terminal; a stack would only hide it. */
const EXPECTED = [ConfigError, SecretFileError, DatabaseStartError, IndexConflictError, ListenError];

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const [option] = process.argv.slice(2);
  if (option === '--help' || option === '-h') {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  if (option === '--version' || option === '-v') {
    process.stdout.write(`${SERVER_VERSION}\n`);
    return;
  }
  if (option !== undefined) fail(`There is no option ${option}; see --help.`);

  // A reader of our output that goes away is no reason to go away.
  process.stdout.on('error', () => undefined);
  const config = readConfig(withEnvFile(process.env, resolve('.env')));
  const log = await openLog(config);
  const stop = guardProcess(log);
  log.logger.debug({ node: process.version }, 'starting');
  const server = await startServer(config, { logger: log.logger });
  stop.serverStarted(server);
  announce(config, server, log.logger);
}

async function openLog(config: Config): Promise<LogOutput> {
  try {
    return await createLogOutput(config);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return fail(
      `The log folder ${config.logDir} cannot be written (${code}); make it writable or set LOG_DIR.`,
    );
  }
}

/** Handles signals and what nobody caught. */
function guardProcess(log: LogOutput): { serverStarted(server: RunningServer): void } {
  let server: RunningServer | undefined;
  let stopping = false;

  async function end(code: number): Promise<void> {
    await server?.close().catch((error: unknown) => log.logger.error({ err: error }, 'stopping failed'));
    await log.close();
    process.exit(code);
  }
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) {
      log.flushNow();
      process.exit(1);
    }
    stopping = true;
    log.logger.info({ signal }, 'stopping');
    void end(0);
  };
  const onUncaught = (error: unknown, origin: string) => {
    log.logger.fatal({ err: error, origin }, 'the server fails; this is a bug');
    log.flushNow();
    if (stopping) process.exit(1);
    stopping = true;
    void end(1);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', (reason) => onUncaught(reason, 'unhandledRejection'));
  process.on('exit', () => log.flushNow());
  return {
    serverStarted(started) {
      server = started;
      if (stopping) void started.close();
    },
  };
}

/** The first lines that a person sees; in production one line of JSON for machines. */
function announce(config: Config, { url, database }: RunningServer, logger: Logger): void {
  const facts = {
    database: database.description,
    data: database.location ?? 'on that database',
    logs: join(config.logDir, 'parley.*.log'),
    docs: `${url}/api/docs`,
  };
  if (config.redisUrl !== undefined) {
    logger.warn({}, 'REDIS_URL is set, but this version runs on one node and makes no use of it');
  }
  if (config.environment === 'production') {
    logger.info({ version: SERVER_VERSION, url, ...facts }, 'ready');
    return;
  }
  logger.info({ version: SERVER_VERSION }, 'ready');
  process.stdout.write(
    [
      '',
      `Parley ${SERVER_VERSION} is ready: ${url}`,
      `  Database   ${facts.database}`,
      `  Data       ${facts.data}`,
      `  API docs   ${facts.docs}`,
      `  Logs       ${facts.logs}`,
      '',
    ].join('\n'),
  );
}

main().catch((error: unknown) => {
  if (EXPECTED.some((kind) => error instanceof kind)) fail((error as Error).message);
  fail(
    `The server could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
});
