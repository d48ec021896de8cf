import type { SignedIn, User } from '@parley/protocol';
import { backoffMs, wait } from '../backoff.js';
import { signedOut, toClientError } from '../client.error.js';
import type { ResolvedOptions } from '../client.options.js';
import type { HttpTransport } from '../http/http.transport.js';
import type { Locks } from '../locks.js';
import type { ClientStorage } from '../storage/client.storage.js';

/** A session as it is kept. With cookies the tokens are out of reach of scripts, and null in storage. */
export interface Session {
  user: User;
  token: string | null;
  refreshToken: string | null;
  /** Milliseconds since 1970; absent when unknown. */
  expiresAt?: number | undefined;
  /** When the tokens came; tells a fresher session from the one that a failed call had used. */
  renewedAt: number;
}

export interface SessionKeeperDeps {
  options: Pick<ResolvedOptions, 'inCookies' | 'signal'>;
  transport: HttpTransport;
  storage: ClientStorage;
  locks: Locks;
  /** Names the lock; the same for all tabs on one server. */
  scope: string;
  /** The session ended without `logout`; `code` is the server's reason. */
  onLost: (code: string) => void;
}

export type SessionKeeper = ReturnType<typeof createSessionKeeper>;

const KEY = 'session';
/** Of a token's lifetime; what is left covers the way of a call and a clock that is a little off. */
const RENEW_AFTER = 0.8;
/** setTimeout takes 31 bits. */
const TIMER_MAX_MS = 2 ** 31 - 1;
/** Where no lock spans tabs: how long another one is given that has traded the refresh token in the same moment. */
const OTHER_TAB_MS = 1_000;

/** Keeps the session: in storage, fresh, and the same in all tabs. One refresh at a time, whoever needs it. */
export function createSessionKeeper(deps: SessionKeeperDeps) {
  const { transport, storage, locks, onLost } = deps;
  const { inCookies, signal } = deps.options;
  const session = signal<Session | null>(null);
  let renewing: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const version = () => session.peek()?.renewedAt ?? 0;
  const mayTrade = () => inCookies || !!session.peek()?.refreshToken;
  /** Whatever changes the session that is stored, one after the other in all tabs. */
  const inTurn = (task: () => Promise<void>) => locks.run(`${deps.scope}:session`, task);

  function set(next: Session | null): void {
    clearTimeout(timer);
    session.value = next;
    if (dueInMs() < Infinity) schedule(dueInMs());
  }

  /** Milliseconds until the token should be renewed; never, where nothing is known or can be done. */
  function dueInMs(): number {
    const { renewedAt, expiresAt } = session.peek() ?? {};
    if (!renewedAt || !expiresAt || !mayTrade()) return Infinity;
    return renewedAt + (expiresAt - renewedAt) * RENEW_AFTER - Date.now();
  }

  function schedule(delayMs: number): void {
    // What fails here comes up again in the call that needs the token.
    const renewNow = () => renew(version()).catch(() => session.peek() && schedule(backoffMs(6)));
    timer = setTimeout(() => void renewNow(), Math.min(delayMs, TIMER_MAX_MS));
    (timer as { unref?: () => void }).unref?.();
  }

  function write(next: Session | undefined): Promise<void> {
    return storage.write(
      new Map([[KEY, next && inCookies ? { ...next, token: null, refreshToken: null } : next]]),
    );
  }

  const read = async () => (await storage.read(KEY)) as Session | undefined;

  async function begin(user: User, { token, refreshToken, expiresIn }: Tokens): Promise<void> {
    const renewedAt = Math.max(Date.now(), version() + 1);
    const expiresAt = expiresIn && renewedAt + expiresIn * 1_000;
    // A refresh token that was kept beside its cookie would be a second truth, and outlive it when another tab trades.
    const kept = inCookies ? null : (refreshToken ?? null);
    const next = { user, token, refreshToken: kept, expiresAt, renewedAt };
    await write(next);
    set(next);
  }

  /** Takes over what another tab of the same user has renewed. */
  async function adoptNewer(): Promise<boolean> {
    const stored = await read();
    const isNewer = stored?.user.id === session.peek()?.user.id && stored!.renewedAt > version();
    if (isNewer) set(stored!);
    return isNewer;
  }

  async function lose(code: string): Promise<never> {
    const ended = version();
    set(null);
    // Another user may have signed in in another tab.
    if ((await read())?.renewedAt === ended) await write(undefined);
    if (ended) onLost(code);
    throw signedOut();
  }

  async function renewOnce(seen: number, isTrade: boolean): Promise<void> {
    const current = session.peek();
    if (!current) throw signedOut();
    if (current.renewedAt > seen || (await adoptNewer())) return;
    if (!isTrade || !mayTrade()) return lose('session_revoked');
    try {
      const { refreshToken } = current;
      const tokens = await transport('refreshToken', { body: refreshToken ? { refreshToken } : {} });
      const { user } = session.peek() ?? {};
      // Somebody has signed out meanwhile, and is not to be signed in again by this.
      if (!user) throw signedOut();
      await begin(user, tokens);
    } catch (error) {
      const { status, code } = toClientError(error);
      if (status !== 401) throw error;
      if (code === 'refresh_token_reused') {
        await wait(OTHER_TAB_MS);
        if (await adoptNewer()) return;
      }
      return lose(code);
    }
  }

  /**
   * Makes the session fresher than `seen`, the version that a failed call had used; with `isTrade` false only by
   * what other tabs have. Throws `signed_out` when it has ended.
   */
  async function renew(seen: number, isTrade = true): Promise<void> {
    if (version() > seen) return;
    renewing ??= inTurn(() => renewOnce(seen, isTrade)).finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  return {
    session,
    renew,
    /** Which session it is: the later, the larger; 0 for none. */
    version,
    /** What a call carries; cookies go by themselves. */
    token: () => (inCookies ? null : session.peek()?.token),
    dueInMs,
    /** Somebody has signed in. */
    begin,

    /** The session of the last time, if there is one. */
    async restore(): Promise<Session | null> {
      const stored = await read();
      if (stored && !version()) set(stored);
      return session.peek();
    },

    /** The own profile as the server has it now. */
    async setUser(user: User): Promise<void> {
      const current = session.peek();
      if (current?.user.id !== user.id) return;
      session.value = { ...current, user };
      // Another tab may have traded the tokens that are held here: of what is stored only the profile changes.
      await inTurn(async () => {
        const stored = await read();
        if (stored?.user.id === user.id) await write({ ...stored, user });
      });
    },

    /** Signed out on purpose: nothing of the session is left. */
    async forget(): Promise<void> {
      await write(undefined);
      set(null);
    },

    /** Looks whether another tab has signed out, or somebody else in. */
    async compare(): Promise<void> {
      if (!version() || (await adoptNewer())) return;
      if ((await read())?.user.id !== session.peek()?.user.id) await lose('signed_out').catch(() => {});
    },

    close: () => clearTimeout(timer),
  };
}

type Tokens = Pick<SignedIn, 'token'> & { refreshToken?: string | undefined; expiresIn?: number };
