import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { limits, routes } from '@parley/protocol';
import type { Connection } from 'mongoose';
import { type Logger, pino } from 'pino';
import type { Config } from './config/config.js';
import { createOriginPolicy } from './config/origin.list.js';
import { createProxyTrust } from './config/proxy.trust.js';
import { SERVER_VERSION } from './config/server.version.js';
import { resolveTokenSecrets } from './config/token.secrets.js';
import { type Database, openDatabase } from './database/connect.js';
import { startExpirySweeper } from './database/expiry.sweeper.js';
import { ensureIndexes } from './database/indexes.js';
import { classicRoutes } from './dialects/classic/classic.schema.js';
import { colonRoutes } from './dialects/colon/colon.schema.js';
import { sidebarRoutes } from './dialects/sidebar/sidebar.schema.js';
import { buildApiDocuments } from './docs-site/api.documents.js';
import type { DomainEventBus } from './events/domain.events.js';
import { createInProcessBus } from './events/in-process.bus.js';
import { createMetrics } from './metrics/metrics.js';
import { type ChatStores, createChatStores } from './models/chat.stores.js';
import { indexDefinitions } from './models/index.definitions.js';
import { upgradeLog } from './models/message.upgrade.js';
import { createPictureStore } from './models/picture.store.js';
import { createSessionStore } from './models/session.store.js';
import { getOrCreateSetting } from './models/setting.store.js';
import { createUserStore } from './models/user.store.js';
import { createHttpApp } from './routes/http.app.js';
import { closeHttpServer, createHttpServer, listen, urlOf } from './routes/http.server.js';
import { createAccountService } from './services/account.service.js';
import { createChatServices } from './services/chat.services.js';
import type { Services } from './services/contracts.js';
import { createDirectoryService } from './services/directory.service.js';
import { createLoginGuard } from './services/login.guard.js';
import { createPasswordService } from './services/password.service.js';
import { createPictureService } from './services/picture.service.js';
import { createPresenceService } from './services/presence.service.js';
import { createRateLimitService } from './services/rate-limit.service.js';
import { createSessionService } from './services/session.service.js';
import { createTokenService } from './services/token.service.js';
import { createTypingService } from './services/typing.service.js';
import { createUserCache } from './services/user.cache.js';
import type { EdgeLimits } from './sockets/edge.types.js';
import { createSocketEdge } from './sockets/socket.edge.js';

export { readConfig } from './config/config.js';
// For entries that do what main.ts does: those of the bench.
export { createLogOutput } from './logging/logger.js';
export { pairKeyOf } from './models/chat.store.js';
export { toSearchEntry } from './services/search/search.queue.js';

/** What tests replace. */
export interface StartOverrides {
  logger?: Logger;
  /** log2 of bcrypt's rounds. */
  passwordCost?: number;
  /** Entries of the table of limits, for the edges, the rates per second and the grace of presence. */
  limits?: Partial<EdgeLimits>;
  /** Folder of the built web app. */
  webRoot?: string;
  /** Stands between services and database: the fault harness breaks promises there, to see that it notices. */
  wrapStores?: (stores: ChatStores, connection: Connection) => ChatStores;
}

/** A running server. */
export interface RunningServer {
  /** Where it can be reached from this machine, without a slash at the end. */
  url: string;
  port: number;
  services: Services;
  database: Database;
  bus: DomainEventBus;
  /** Stops in order and within `limits.shutdownMs`: what was accepted is written first. Can be called twice. */
  close(): Promise<void>;
}

const EXPIRY_SWEEP_MS = 60_000;
/** Of the time to stop, what is kept for writing what was accepted and for closing the database. */
const SERVICES_CLOSE_MS = 3_000;
const DATABASE_CLOSE_MS = 3_000;

/** A part of the server, and how it is stopped. */
interface Stage {
  name: string;
  /** Milliseconds after which the next part is stopped all the same. */
  withinMs: number;
  stop: () => Promise<unknown>;
  /** What is done about a part that did not stop in time. */
  abandon?: () => void;
}

/**
 * Starts everything in order: database, indexes, services, HTTP, sockets, and only then listens. Throws
 * `DatabaseStartError`, `IndexConflictError`, `SecretFileError` or `ListenError`, whose messages are for people;
 * what was started before is stopped then.
 */
export async function startServer(config: Config, overrides: StartOverrides = {}): Promise<RunningServer> {
  const logger = overrides.logger ?? pino({ level: 'silent' });
  const secrets = resolveTokenSecrets(config);
  const database = await openDatabase({
    ...(config.databaseUri === undefined ? {} : { uri: config.databaseUri }),
    ...(config.mongodBinary === undefined ? {} : { mongodBinary: config.mongodBinary }),
    dataDir: config.dataDir,
    logger,
  });
  /** What has to be undone when a later step fails, and at the end; the last one first. */
  const stages: Stage[] = [{ name: 'database', withinMs: DATABASE_CLOSE_MS, stop: () => database.close() }];
  const close = createShutdown(stages, logger);
  try {
    await upgradeLog(database.connection, logger);
    const created = await ensureIndexes(database.connection, indexDefinitions);
    if (created.length > 0) logger.info({ indexes: created.length }, 'indexes created');
    const parts = await assembleServices(config, overrides, secrets, database, logger);
    stages.push({ name: 'services', withinMs: SERVICES_CLOSE_MS, stop: parts.close });

    const { services, bus } = parts;
    const startedAt = performance.now();
    let isStopping = false;
    const origins = createOriginPolicy({
      allowed: config.clientOrigins,
      loopback: config.allowLoopbackOrigins,
    });
    const proxy = createProxyTrust(config.trustProxy);
    let countConnections = () => 0;
    let url = '';
    const metrics = config.metrics.enabled
      ? createMetrics({
          connections: () => countConnections(),
          usersOnline: () => services.presence.onlineUserIds(limits.connectionsMax).length,
          commitQueueDepth: parts.queueDepth,
          databaseUp: () => database.isUp(),
        })
      : undefined;
    if (metrics !== undefined) countMessages(bus, metrics);
    const app = createHttpApp({
      services,
      state: {
        version: SERVER_VERSION,
        uptime: () => (performance.now() - startedAt) / 1_000,
        isStopping: () => isStopping,
        isDatabaseUp: () => database.isUp(),
      },
      logger,
      origins,
      proxy,
      cookieName: config.cookieName,
      cookieSecure: config.cookieSecure,
      dialect: config.dialect,
      documents: once(() =>
        buildApiDocuments({
          url,
          version: SERVER_VERSION,
          cookieName: config.cookieName,
          dialect: config.dialect,
          tables: { canonical: routes, classic: classicRoutes, colon: colonRoutes, sidebar: sidebarRoutes },
        }),
      ),
      metrics: metrics && { ...metrics, observe: metrics.observeRequest, token: config.metrics.token },
      webRoot: overrides.webRoot ?? fileURLToPath(new URL('../../web/dist', import.meta.url)),
    });
    const httpServer = createHttpServer(app, { ...limits, ...overrides.limits });
    const sockets = createSocketEdge({
      httpServer,
      services,
      bus,
      users: services.directory,
      config: {
        allowedOrigins: (origin, host) => origins({ origin, host }),
        cookieName: config.cookieName,
        defaultDialect: config.dialect,
        hostOf: (request) => proxy.hostOf(request),
        addressOf: (request) => proxy.addressOf(request),
      },
      ...(overrides.limits === undefined ? {} : { limits: overrides.limits }),
      logger,
      ...(metrics === undefined
        ? {}
        : { metrics: { onEvent: metrics.countEvent, onDelivered: metrics.countDeliveries } }),
    });
    countConnections = () => sockets.connectionCount();
    stages.push({
      name: 'connections',
      withinMs: (overrides.limits?.shutdownMs ?? limits.shutdownMs) - SERVICES_CLOSE_MS - DATABASE_CLOSE_MS,
      async stop() {
        isStopping = true;
        const closed = closeHttpServer(httpServer);
        await sockets.close();
        await closed;
        metrics?.close();
      },
      abandon: () => httpServer.closeAllConnections(),
    });
    await listen(httpServer, config.port, config.host);
    const { port } = httpServer.address() as AddressInfo;
    url = urlOf(config.host, port);
    return { url, port, services, database, bus, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Builds the services on an open database, and brings the data up to what a crash may have left. */
async function assembleServices(
  config: Config,
  overrides: StartOverrides,
  secrets: ReturnType<typeof resolveTokenSecrets>,
  database: Database,
  logger: Logger,
) {
  const { connection } = database;
  const onError = (error: unknown) => logger.error({ err: error }, 'work in the background failed');
  const bus = createInProcessBus((error, name) =>
    logger.error({ err: error, event: name }, 'a listener failed'),
  );
  const userStore = createUserStore(connection);
  const users = createUserCache({ users: userStore, bus });
  const sessions = createSessionService({
    store: createSessionStore(connection),
    users,
    bus,
    onError,
    tokens: createTokenService({
      accessSecrets: secrets.access,
      refreshSecrets: secrets.refresh,
      accessLifetimeSeconds: config.jwtExpiresInSeconds,
      refreshLifetimeSeconds: config.jwtRefreshExpiresInSeconds,
    }),
  });
  const graceMs = overrides.limits?.presenceGraceMs;
  const presence = createPresenceService({
    bus,
    onLastSeen: (times) => users.touchLastSeen(times),
    onError,
    ...(graceMs !== undefined && { graceMs }),
  });
  const directory = createDirectoryService({ store: userStore, users, presence });
  const random = () => randomBytes(32).toString('base64url');
  const passwords = createPasswordService({
    key: await getOrCreateSetting(connection, 'passwordKey', random),
    ...(overrides.passwordCost === undefined ? {} : { cost: overrides.passwordCost }),
  });
  const pictureStore = createPictureStore(connection);
  const accounts = createAccountService({
    users: userStore,
    pictures: pictureStore,
    sessions,
    bus,
    passwords,
    guard: createLoginGuard({ windowMs: config.rateLimitWindowMs }),
  });
  const chats = createChatServices({
    stores: (overrides.wrapStores ?? ((stores) => stores))(
      createChatStores(connection, database.line),
      connection,
    ),
    bus,
    users: directory,
    userExists: (userId) => users.isActive(userId),
    epoch: await getOrCreateSetting(connection, 'epoch', () => randomBytes(12).toString('hex')),
    onError,
  });
  await chats.heal();
  const typing = createTypingService({ bus, chats: chats.chats });
  const sweeper = startExpirySweeper({
    connection,
    logger,
    rules: [{ collection: 'sessions', field: 'expiresAt' }],
    intervalMs: EXPIRY_SWEEP_MS,
  });
  database.onStateChange((up) => {
    if (up) chats.resume().catch(onError);
  });
  const { messagesPerSecond, typingPerSecond, searchesPerSecond, requestsPerSecond } = {
    ...limits,
    ...overrides.limits,
  };
  const services: Services = {
    accounts,
    pictures: createPictureService({ store: pictureStore, accounts }),
    directory,
    presence,
    typing,
    messages: chats.messages,
    chats: chats.chats,
    receipts: chats.receipts,
    sync: chats.sync,
    rateLimits: createRateLimitService({
      credentialWindowMs: config.rateLimitWindowMs,
      credentialAttempts: config.rateLimitMaxRequests,
      messagesPerSecond,
      typingPerSecond,
      searchesPerSecond,
      requestsPerSecond,
    }),
  };
  return {
    services,
    bus,
    queueDepth: chats.queueDepth,
    async close() {
      typing.close();
      await Promise.allSettled([
        chats.close(),
        presence.close(),
        sessions.close(),
        sweeper.stop(),
        passwords.close(),
      ]);
      await bus.close();
    },
  };
}

function countMessages(bus: DomainEventBus, metrics: ReturnType<typeof createMetrics>): void {
  bus.subscribe('message.created', () => metrics.countMessage('created'));
  bus.subscribe('message.edited', () => metrics.countMessage('edited'));
  bus.subscribe('message.deleted', () => metrics.countMessage('deleted'));
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Stops the stages, the last one first; each has its own time, so that one that hangs takes none from the others. */
function createShutdown(stages: Stage[], logger: Logger): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const stopAll = async () => {
    for (const { name, withinMs, stop, abandon } of stages.reverse()) {
      try {
        if (await settlesWithin(stop(), withinMs)) continue;
        logger.error({ stage: name }, 'a part did not stop in time');
        abandon?.();
      } catch (error) {
        logger.error({ err: error, stage: name }, 'a part failed to stop');
      }
    }
  };
  return () => (closing ??= stopAll());
}

async function settlesWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, milliseconds));
  });
  try {
    return await Promise.race([work.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}
