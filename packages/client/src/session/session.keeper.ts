import type { RouteResult, SignedIn, User } from '@parley/protocol';
import { backoffMs } from '../backoff.js';
import { ParleyClientError, toClientError } from '../client.error.js';
import type { HttpTransport } from '../http/http.transport.js';
import type { Locks } from '../locks.js';
import type { Readable, SignalFactory } from '../observable.js';
import { routeTable } from '../route.table.js';
import type { ClientStorage } from '../storage/client.storage.js';

/** A session as it is kept. With cookies the tokens are out of reach of scripts, and null here. */
export interface Session {
  user: User;
  token: string | null;
  refreshToken: string | null;
  /** Milliseconds since 1970; null when unknown. */
  expiresAt: number | null;
  /** When the tokens came; tells a fresher session from the one that a failed call had used. */
  renewedAt: number;
}

export interface SessionKeeperDeps {
  transport: HttpTransport;
  storage: ClientStorage;
  locks: Locks;
  /** Names the lock; the same for all tabs on one server. */
  scope: string;
  /** Whether the tokens are kept in HttpOnly cookies. */
  inCookies: boolean;
  signal: SignalFactory;
  /** The session ended without `logout`; `code` is the server's reason. */
  onLost: (code: string) => void;
}

export type SessionKeeper = ReturnType<typeof createSessionKeeper>;

const KEY = 'session';
/** Of a token's lifetime; what is left covers the way of a call and a clock that is a little off. */
const RENEW_AFTER = 0.8;
/** setTimeout takes 31 bits. */
const TIMER_MAX_MS = 2 ** 31 - 1;
/** How often another tab is looked for that has traded the refresh token in the same moment, where no lock spans tabs. */
const PEEKS = 5;
const PEEK_MS = 200;

/** Keeps the session: in storage, fresh, and the same in all tabs. One refresh at a time, whoever needs it. */
export function createSessionKeeper(deps: SessionKeeperDeps) {
  const { transport, storage, locks, scope, inCookies, onLost } = deps;
  const session = deps.signal<Session | null>(null);
  let renewing: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function set(next: Session | null): void {
    clearTimeout(timer);
    timer = undefined;
    session.value = next;
    if (next?.expiresAt != null && (inCookies || next.refreshToken !== null)) {
      const delay = (next.expiresAt - next.renewedAt) * RENEW_AFTER - (Date.now() - next.renewedAt);
      schedule(Math.max(0, delay));
    }
  }

  function schedule(delayMs: number): void {
    timer = setTimeout(
      () => {
        const seen = session.peek()?.renewedAt;
        // What fails here comes up again in the call that needs the token.
        if (seen !== undefined) renew(seen).catch(() => session.peek() !== null && schedule(backoffMs(6)));
      },
      Math.min(delayMs, TIMER_MAX_MS),
    );
    (timer as { unref?: () => void }).unref?.();
  }

  async function save(next: Session): Promise<void> {
    const kept = inCookies ? { ...next, token: null, refreshToken: null } : next;
    await storage.write(new Map([[KEY, kept]]));
  }

  async function readStored(): Promise<Session | undefined> {
    return (await storage.read(KEY)) as Session | undefined;
  }

  /** Takes over what another tab of the same user has renewed. */
  async function adoptNewer(than: Session): Promise<boolean> {
    const stored = await readStored();
    if (stored === undefined || stored.user.id !== than.user.id || stored.renewedAt <= than.renewedAt)
      return false;
    set(stored);
    return true;
  }

  async function lose(code: string): Promise<never> {
    if (session.peek() !== null) {
      const ended = session.peek();
      set(null);
      const stored = await readStored();
      // Another user may have signed in in another tab.
      if (stored?.renewedAt === ended?.renewedAt) await storage.write(new Map([[KEY, undefined]]));
      onLost(code);
    }
    throw new ParleyClientError('signed_out', 'The session has ended; sign in again');
  }

  async function renewOnce(seen: number, mayTrade: boolean): Promise<void> {
    const current = session.peek();
    if (current === null) throw new ParleyClientError('signed_out', 'Nobody is signed in');
    if (current.renewedAt > seen || (await adoptNewer(current))) return;
    if (!mayTrade || (!inCookies && current.refreshToken === null)) return lose('session_revoked');
    const [method, path] = routeTable.refreshToken;
    try {
      const body = inCookies ? {} : { refreshToken: current.refreshToken };
      const tokens = (await transport({ method, path, body })) as RouteResult<'refreshToken'>;
      const next = toSession(tokens, current.user, current.renewedAt);
      set(next);
      await save(next);
    } catch (error) {
      const { status, code } = toClientError(error);
      if (status !== 401) throw error;
      for (let peek = 0; code === 'refresh_token_reused' && peek < PEEKS; peek += 1) {
        if (await adoptNewer(current)) return;
        await new Promise((resolve) => setTimeout(resolve, PEEK_MS));
      }
      return lose(code);
    }
  }

  /**
   * Makes the session fresher than `seen`, the `renewedAt` that a failed call had used; with `mayTrade` false only by
   * what other tabs have. Throws `signed_out` when it has ended.
   */
  function renew(seen: number, mayTrade = true): Promise<void> {
    if ((session.peek()?.renewedAt ?? 0) > seen) return Promise.resolve();
    renewing ??= locks
      .run(`${scope}:session`, () => renewOnce(seen, mayTrade))
      .finally(() => {
        renewing = undefined;
      });
    return renewing;
  }

  return {
    session: session as Readable<Session | null>,
    renew,

    /** The session of the last time, if there is one. */
    async restore(): Promise<Session | null> {
      const stored = await readStored();
      if (stored !== undefined && session.peek() === null) set(stored);
      return session.peek();
    },

    /** Somebody has signed in. */
    async begin(signedIn: Omit<SignedIn, 'expiresIn' | 'refreshToken'> & Partial<SignedIn>): Promise<void> {
      const next = toSession(signedIn, signedIn.user, session.peek()?.renewedAt ?? 0);
      await save(next);
      set(next);
    },

    /** Whose token it is. */
    async identify(token: string): Promise<User> {
      const [method, path] = routeTable.getProfile;
      return ((await transport({ method, path, token })) as RouteResult<'getProfile'>).user;
    },

    /** The own profile as the server has it now. */
    async setUser(user: User): Promise<void> {
      const current = session.peek();
      if (current === null || current.user.id !== user.id) return;
      const next = { ...current, user };
      session.value = next;
      await save(next);
    },

    /** The server said that the session has ended; unless another tab has a newer one. */
    end: (seen: number) => renew(seen, false).catch(() => undefined),

    /** Signed out on purpose: nothing of the session is left. */
    async forget(): Promise<void> {
      await storage.write(new Map([[KEY, undefined]]));
      set(null);
    },

    /** Looks whether another tab has signed out, or somebody else in. */
    async compare(): Promise<void> {
      const current = session.peek();
      if (current === null || (await adoptNewer(current))) return;
      if ((await readStored())?.user.id !== current.user.id) await lose('signed_out').catch(() => undefined);
    },

    close(): void {
      clearTimeout(timer);
    },
  };
}

function toSession(
  tokens: { token: string; refreshToken?: string; expiresIn?: number },
  user: User,
  after: number,
): Session {
  const renewedAt = Math.max(Date.now(), after + 1);
  return {
    user,
    token: tokens.token,
    refreshToken: tokens.refreshToken ?? null,
    expiresAt: tokens.expiresIn === undefined ? null : renewedAt + tokens.expiresIn * 1_000,
    renewedAt,
  };
}
