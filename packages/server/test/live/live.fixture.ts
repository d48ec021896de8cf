import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ensureIndexes } from '../../src/database/indexes.js';
import { createInProcessBus } from '../../src/events/in-process.bus.js';
import { createChatStores } from '../../src/models/chat.stores.js';
import { indexDefinitions } from '../../src/models/index.definitions.js';
import { createPictureStore } from '../../src/models/picture.store.js';
import { createSessionStore } from '../../src/models/session.store.js';
import { createUserStore } from '../../src/models/user.store.js';
import { createAccountService } from '../../src/services/account.service.js';
import type { Actor } from '../../src/services/actor.js';
import { createChatServices } from '../../src/services/chat.services.js';
import type { Services } from '../../src/services/contracts.js';
import { createDirectoryService } from '../../src/services/directory.service.js';
import { createLoginGuard } from '../../src/services/login.guard.js';
import { createPasswordService } from '../../src/services/password.service.js';
import { createPictureService } from '../../src/services/picture.service.js';
import { createPresenceService } from '../../src/services/presence.service.js';
import { createRateLimitService } from '../../src/services/rate-limit.service.js';
import { createSessionService } from '../../src/services/session.service.js';
import { createTokenService } from '../../src/services/token.service.js';
import { createTypingService } from '../../src/services/typing.service.js';
import { createUserCache } from '../../src/services/user.cache.js';
import type { EdgeLimits, SocketEdge, SocketEdgeConfig } from '../../src/sockets/edge.types.js';
import { createSocketEdge } from '../../src/sockets/socket.edge.js';
import type { TestDatabase } from '../support/test-database.js';

/** A signed-in user of a test. */
export interface TestUser {
  id: string;
  username: string;
  token: string;
  actor: Actor;
}

/** The live edge over real services and a real database, without REST. */
export interface LiveServer {
  url: string;
  webSocketUrl: string;
  services: Services;
  bus: ReturnType<typeof createInProcessBus>;
  edge: SocketEdge;
  /** Everything that was logged, as lines of JSON. */
  log: string[];
  newUser(): Promise<TestUser>;
  signIn(user: TestUser): Promise<TestUser>;
  close(): Promise<void>;
}

/** What a test may change. */
export interface LiveOptions {
  limits?: Partial<EdgeLimits>;
  config?: Partial<SocketEdgeConfig>;
  presenceGraceMs?: number;
  typingExpiryMs?: number;
  accessLifetimeSeconds?: number;
  /** Puts something of the test's own in a service's place. */
  replace?: (services: Services) => Partial<Services>;
}

const PASSWORD = 'correct horse battery';
const device = { agent: 'test', address: '127.0.0.1' };
let users = 0;

/** Makes the indexes that the services stand on. */
export async function prepareDatabase({ connection }: TestDatabase): Promise<void> {
  await ensureIndexes(connection, indexDefinitions);
}

/** Starts a server on a free port; several on one database share nothing but that. */
export async function startLive(
  { connection, line }: TestDatabase,
  options: LiveOptions = {},
): Promise<LiveServer> {
  const log: string[] = [];
  const write = (level: string) => (details: object, message: string) =>
    log.push(
      JSON.stringify({ level, message, ...details }, (_key, value) =>
        value instanceof Error ? String(value.stack) : value,
      ),
    );
  const logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const onError = (error: unknown) => logger.error({ err: error }, 'unexpected');
  const bus = createInProcessBus(onError);

  const store = createUserStore(connection);
  const cache = createUserCache({ users: store, bus });
  const tokens = createTokenService({
    accessSecrets: ['an access secret of a test, long enough'],
    refreshSecrets: ['a refresh secret of a test, long enough'],
    accessLifetimeSeconds: options.accessLifetimeSeconds ?? 3_600,
    refreshLifetimeSeconds: 3_600,
  });
  const sessions = createSessionService({ store: createSessionStore(connection), tokens, users: cache, bus });
  const presence = createPresenceService({
    bus,
    onLastSeen: (times) => cache.touchLastSeen(times),
    onError,
    ...(options.presenceGraceMs !== undefined && { graceMs: options.presenceGraceMs }),
  });
  const directory = createDirectoryService({ store, users: cache, presence });
  const chat = createChatServices({
    stores: createChatStores(connection, line),
    bus,
    users: directory,
    userExists: (id) => cache.isActive(id),
    epoch: 'test',
    onError,
  });
  await chat.heal();
  const typing = createTypingService({
    bus,
    chats: chat.chats,
    ...(options.typingExpiryMs !== undefined && { expiryMs: options.typingExpiryMs }),
  });
  const pictures = createPictureStore(connection);
  const accounts = createAccountService({
    users: store,
    pictures,
    sessions,
    passwords: createPasswordService({ key: 'test', cost: 4 }),
    guard: createLoginGuard({ windowMs: 900_000 }),
    bus,
  });
  const real: Services = {
    accounts,
    pictures: createPictureService({ store: pictures, accounts }),
    directory,
    messages: chat.messages,
    chats: chat.chats,
    receipts: chat.receipts,
    sync: chat.sync,
    presence,
    typing,
    rateLimits: createRateLimitService({ credentialWindowMs: 900_000, credentialAttempts: 1_000 }),
  };
  const services: Services = { ...real, ...options.replace?.(real) };

  const httpServer = createServer((_request, response) => response.writeHead(404).end());
  const edge = createSocketEdge({
    httpServer,
    services,
    bus,
    users: directory,
    config: {
      allowedOrigins: ['http://pages.test'],
      cookieName: 'token',
      defaultDialect: 'canonical',
      ...options.config,
    },
    limits: options.limits ?? {},
    logger,
  });
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  const { port } = httpServer.address() as AddressInfo;

  async function toTestUser(signedIn: {
    user: { id: string; username: string };
    token: string;
  }): Promise<TestUser> {
    const { user, token } = signedIn;
    return {
      id: user.id,
      username: user.username,
      token,
      actor: await services.accounts.authenticate(token),
    };
  }

  return {
    url: `http://127.0.0.1:${port}`,
    webSocketUrl: `ws://127.0.0.1:${port}`,
    services,
    bus,
    edge,
    log,
    async newUser() {
      users += 1;
      const username = `user${process.pid}_${users}`;
      return toTestUser(
        await services.accounts.register(
          { username, email: `${username}@example.com`, password: PASSWORD },
          device,
        ),
      );
    },
    async signIn({ username }) {
      return toTestUser(await services.accounts.login({ username, password: PASSWORD }, device));
    },
    async close() {
      await edge.close();
      typing.close();
      await presence.close();
      await chat.close();
      await bus.close();
      httpServer.closeAllConnections();
      await new Promise((resolve) => httpServer.close(resolve));
    },
  };
}
