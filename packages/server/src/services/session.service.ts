import { limits, ParleyError } from '@parley/protocol';
import type { DomainEventBus } from '../events/domain.events.js';
import type { SessionRecord } from '../models/session.record.js';
import type { SessionStore } from '../models/session.store.js';
import type { Actor } from './actor.js';
import type { Device, IssuedTokens } from './contracts.js';
import { createRecordCache } from './record.cache.js';
import { createTimeWriter } from './time.writer.js';
import type { TokenService } from './token.service.js';
import type { UserCache } from './user.cache.js';

/** Sessions that are kept in memory, 200 bytes each; more than twice as many as connections. */
const SESSIONS_MAX = 50_000;

/** A notice of revocation can be lost on its way from another node: after this time a session is read again. */
const MAX_AGE_MS = 60_000;

/** `lastUsedAt` is written at most this often, and up to a second later. */
const TOUCH_INTERVAL_MS = 60_000;

const AGENT_MAX_CHARACTERS = 256;
const ADDRESS_MAX_CHARACTERS = 64;

/** What a check needs of a session. Times are milliseconds since 1970. */
interface LiveSession {
  userId: string;
  dialect: SessionRecord['dialect'];
  lastUsedAt: number;
  expiresAt: number;
}

export interface SessionServiceDeps {
  store: SessionStore;
  tokens: TokenService;
  users: UserCache;
  bus: DomainEventBus;
  /** Default `limits.sessionsPerUser`. */
  sessionsPerUser?: number;
  /** Told of a `lastUsedAt` that could not be written; nobody waits for it. */
  onError?: (error: unknown) => void;
  /** Milliseconds since 1970; default `Date.now`. */
  now?: () => number;
}

/** Sessions from signing in to their end. Every end is published as `session.revoked` once it is durable. */
export interface SessionService {
  start(userId: string, device: Device): Promise<IssuedTokens>;
  /** Throws `invalid_refresh_token`, `refresh_token_reused`. */
  refresh(refreshToken: string, device: Device): Promise<IssuedTokens>;
  /** Throws `invalid_token`, `token_expired`, `session_revoked`. */
  authenticate(accessToken: string): Promise<Actor>;
  listOf(userId: string): Promise<SessionRecord[]>;
  /** False when the user has no such session. */
  end(userId: string, sessionId: string, reason: string): Promise<boolean>;
  endAll(userId: string, reason: string, exceptId?: string): Promise<void>;
  /** Writes what is noted of uses. */
  close(): Promise<void>;
}

/** Starts, refreshes, checks and ends sessions. */
export function createSessionService(deps: SessionServiceDeps): SessionService {
  const { store, tokens, users, bus, sessionsPerUser = limits.sessionsPerUser, now = Date.now } = deps;
  const uses = createTimeWriter((times) => store.touch(times), deps.onError);
  /** Hashes of the refresh tokens that are being traded in this moment. */
  const trading = new Set<string>();

  const live = createRecordCache<LiveSession>({
    max: SESSIONS_MAX,
    maxAgeMs: MAX_AGE_MS,
    now,
    async read(ids) {
      const found = await store.findManyLive(ids, new Date(now()));
      return new Map(
        found.map(({ id, userId, dialect, lastUsedAt, expiresAt }) => [
          id,
          { userId, dialect, lastUsedAt: lastUsedAt.getTime(), expiresAt: expiresAt.getTime() },
        ]),
      );
    },
  });
  // Also what other nodes revoke, once the bus spans several. A read on its way is made again, and finds nothing.
  bus.subscribe('session.revoked', ({ sessionIds }) => {
    for (const id of sessionIds) live.drop(id);
  });

  async function findLive(id: string): Promise<LiveSession | undefined> {
    const session = await live.get(id);
    if (session === undefined || session.expiresAt > now()) return session;
    // Expired as far as is known here; another node may have extended it by a refresh.
    live.drop(id);
    return live.get(id);
  }

  function publishEnd(userId: string, sessionIds: string[], reason: string): void {
    if (sessionIds.length > 0) bus.publish('session.revoked', { userId, sessionIds, reason });
  }

  async function issue(userId: string, sessionId: string, refreshToken: string): Promise<IssuedTokens> {
    return {
      token: await tokens.signAccess(userId, sessionId),
      refreshToken,
      expiresIn: tokens.accessLifetimeSeconds,
      refreshExpiresIn: tokens.refreshLifetimeSeconds,
      sessionId,
    };
  }

  function noteUse(id: string, session: LiveSession): void {
    const at = now();
    if (at - session.lastUsedAt < TOUCH_INTERVAL_MS) return;
    // What is kept is changed, too, or every call until the next read would write.
    session.lastUsedAt = at;
    uses.note(id, new Date(at));
  }

  const expiry = (at: number) => new Date(at + tokens.refreshLifetimeSeconds * 1_000);

  async function end(userId: string, sessionId: string, reason: string): Promise<boolean> {
    const existed = await store.remove(sessionId, userId);
    if (existed) publishEnd(userId, [sessionId], reason);
    return existed;
  }

  /** Trades the token for the next one, or says why not; a token that was traded before ends its session. */
  async function trade(sessionId: string, hash: string, device: Device): Promise<IssuedTokens> {
    const next = await tokens.signRefresh(sessionId);
    const at = now();
    const renewal = {
      currentHash: hash,
      nextHash: next.hash,
      now: new Date(at),
      expiresAt: expiry(at),
      ...trim(device),
    };
    const session = await store.renew(sessionId, renewal);
    if (session !== null) {
      live.drop(sessionId);
      if (!(await users.isActive(session.userId))) {
        await end(session.userId, sessionId, 'account deactivated');
        throw new ParleyError('invalid_refresh_token');
      }
      return issue(session.userId, sessionId, next.token);
    }
    const other = await store.findLive(sessionId, new Date(at));
    if (other === null) throw new ParleyError('invalid_refresh_token');
    // We signed it, and the session holds another one: it was used before, by its owner or by a thief.
    await end(other.userId, sessionId, 'refresh token reused');
    throw new ParleyError('refresh_token_reused');
  }

  return {
    async start(userId, device) {
      const id = store.newId();
      const refresh = await tokens.signRefresh(id);
      const at = now();
      const [createdAt, expiresAt] = [new Date(at), expiry(at)];
      await store.insert(
        {
          id,
          userId,
          ...trim(device),
          ...(device.dialect && { dialect: device.dialect }),
          createdAt,
          lastUsedAt: createdAt,
          expiresAt,
        },
        refresh.hash,
      );
      // What was used a moment ago must not give way.
      await uses.flush();
      publishEnd(userId, await store.removeLeastRecentlyUsed(userId, sessionsPerUser), 'too many sessions');
      return issue(userId, id, refresh.token);
    },

    async refresh(refreshToken, device) {
      const { sessionId, hash } = await tokens.verifyRefresh(refreshToken);
      // Two tabs that refresh in the same moment are not a theft: one gets the tokens, the other an error, and the
      // session goes on. It is the one case in which the second use of a token ends nothing.
      if (trading.has(hash)) throw new ParleyError('refresh_token_reused');
      trading.add(hash);
      try {
        return await trade(sessionId, hash, device);
      } finally {
        trading.delete(hash);
      }
    },

    async authenticate(accessToken) {
      const { userId, sessionId } = await tokens.verifyAccess(accessToken);
      const [session, user] = await Promise.all([findLive(sessionId), users.find(userId)]);
      if (session?.userId !== userId || user?.isActive !== true) throw new ParleyError('session_revoked');
      noteUse(sessionId, session);
      const { dialect } = session;
      return { userId, sessionId, username: user.username, ...(dialect && { dialect }) };
    },

    async listOf(userId) {
      await uses.flush();
      return store.findLiveOfUser(userId, new Date(now()));
    },

    end,

    async endAll(userId, reason, exceptId) {
      publishEnd(userId, await store.removeAllOfUser(userId, exceptId), reason);
    },

    close: () => uses.close(),
  };
}

function trim({ agent, address }: Device): Device {
  return { agent: agent.slice(0, AGENT_MAX_CHARACTERS), address: address.slice(0, ADDRESS_MAX_CHARACTERS) };
}
