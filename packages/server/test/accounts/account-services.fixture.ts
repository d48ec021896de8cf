import { randomUUID } from 'node:crypto';
import type { Connection } from 'mongoose';
import { ensureIndexes } from '../../src/database/indexes.js';
import { createInProcessBus } from '../../src/events/in-process.bus.js';
import { createPictureStore } from '../../src/models/picture.store.js';
import { sessionIndexes } from '../../src/models/session.model.js';
import { createSessionStore, type SessionStore } from '../../src/models/session.store.js';
import { getOrCreateSetting } from '../../src/models/setting.store.js';
import { userIndexes } from '../../src/models/user.model.js';
import { createUserStore } from '../../src/models/user.store.js';
import { createAccountService } from '../../src/services/account.service.js';
import type { Actor } from '../../src/services/actor.js';
import type { Device, PresenceService } from '../../src/services/contracts.js';
import { createDirectoryService } from '../../src/services/directory.service.js';
import { createLoginGuard } from '../../src/services/login.guard.js';
import { createPasswordService, type PasswordService } from '../../src/services/password.service.js';
import { createSessionService } from '../../src/services/session.service.js';
import { createTokenService, type TokenOptions } from '../../src/services/token.service.js';
import { createUserCache } from '../../src/services/user.cache.js';

export const device: Device = { agent: 'test', address: '192.0.2.1' };
export const secrets = {
  accessSecrets: ['an access secret of one server in a test'],
  refreshSecrets: ['a refresh secret of one server in a test'],
  accessLifetimeSeconds: 7 * 86_400,
  refreshLifetimeSeconds: 30 * 86_400,
} satisfies TokenOptions;

export interface AccountNodeOptions {
  now?: () => number;
  sessionsPerUser?: number;
  failuresPerAddress?: number;
  failuresOverall?: number;
  /** Default: bcrypt at its lowest cost, and room for everybody. */
  passwords?: PasswordService;
  tokens?: Partial<TokenOptions>;
  presence?: Partial<Pick<PresenceService, 'statusOf' | 'onlineUserIds'>>;
  /** Stands between the services and the sessions, to count or hold queries. */
  wrapSessions?: (store: SessionStore) => SessionStore;
}

/** Makes the indexes that accounts stand on. */
export async function prepareAccounts(connection: Connection): Promise<void> {
  await ensureIndexes(connection, [...userIndexes, ...sessionIndexes]);
}

/** A node's worth of accounts on a real database; bcrypt at its lowest cost. */
export async function createAccountNode(connection: Connection, options: AccountNodeOptions = {}) {
  const clock = options.now === undefined ? {} : { now: options.now };
  const errors: unknown[] = [];
  const bus = createInProcessBus((error) => errors.push(error));
  const users = createUserStore(connection);
  const store = (options.wrapSessions ?? ((own) => own))(createSessionStore(connection));
  const userCache = createUserCache({ users, bus, ...clock });
  const tokens = createTokenService({ ...secrets, ...clock, ...options.tokens });
  const sessions = createSessionService({
    store,
    tokens,
    users: userCache,
    bus,
    onError: (error) => errors.push(error),
    ...clock,
    ...(options.sessionsPerUser !== undefined && { sessionsPerUser: options.sessionsPerUser }),
  });
  const key = await getOrCreateSetting(connection, 'passwordKey', () => 'a key of one database in a test');
  const passwords = options.passwords ?? createPasswordService({ key, cost: 4, waiting: 1_000 });
  const guard = createLoginGuard({
    windowMs: 900_000,
    ...(options.failuresPerAddress !== undefined && { failuresPerAddress: options.failuresPerAddress }),
    ...(options.failuresOverall !== undefined && { failuresOverall: options.failuresOverall }),
  });
  const accounts = createAccountService({
    users,
    pictures: createPictureStore(connection),
    sessions,
    passwords,
    guard,
    bus,
    ...clock,
  });
  const presence = {
    statusOf: () => ({ status: 'offline' as const, lastSeen: null }),
    onlineUserIds: () => [],
    ...options.presence,
  };
  const directory = createDirectoryService({ store: users, users: userCache, presence, ...clock });

  /** A new account that is signed in. */
  async function signUp(username = `person${randomUUID().slice(0, 18)}`) {
    const { user, ...issued } = await accounts.register(
      { username, email: `${username}@example.com`, password: 'correct horse' },
      device,
    );
    const actor: Actor = { userId: user.id, sessionId: issued.sessionId, username: user.username };
    return { user, actor, ...issued };
  }

  return { accounts, directory, sessions, users, userCache, tokens, store, bus, errors, signUp };
}

/** The code that a promise is refused with; `null` when it is not. */
export async function codeOf(promise: Promise<unknown>): Promise<string | null> {
  return promise.then(
    () => null,
    (error: { code?: string }) => error.code ?? String(error),
  );
}
