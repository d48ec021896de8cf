import { createSignal, type SignalFactory } from './observable.js';
import type { ClientStorage } from './storage/client.storage.js';
import { createIndexedDbStorage } from './storage/indexeddb.storage.js';
import { createMemoryStorage } from './storage/memory.storage.js';

/** What `createChatClient` takes. */
export interface ChatClientOptions {
  /** The server's address, such as `http://localhost:3000`; the page's own origin by default. */
  url?: string;
  /**
   * What survives a reload: session, outbox, the last state of the chats. IndexedDB in browsers, memory elsewhere;
   * `createFileStorage` keeps it in a file.
   */
  storage?: ClientStorage;
  /**
   * Where the tokens are: `tokens` (default) keeps them in the storage; `cookies` leaves them in the HttpOnly cookies
   * of the server, out of reach for scripts, for pages that the server's origin or an allowed one has served.
   */
  session?: 'tokens' | 'cookies';
  /** An access token from elsewhere, to be used when the storage holds no session. */
  token?: string;
  /** The refresh token that belongs to it; without one the session ends with the token. */
  refreshToken?: string;
  /** Makes the observables; the `signal` of @preact/signals makes them signals that components follow by themselves. */
  signal?: SignalFactory;
  /** Milliseconds that a call may take. Default 10,000. */
  timeoutMs?: number;
  /** Milliseconds between two syncs that nothing calls for, against events lost without a trace. Default 120,000. */
  heartbeatMs?: number;
  /** Milliseconds before the first attempt to come back (default 500) and the most between two (15,000). */
  reconnect?: { baseMs?: number; maxMs?: number };
  /** Milliseconds that a missing change is waited for before it is asked for. Default 150. */
  holeGraceMs?: number;
  /** Changes of one chat that are told one by one after an absence; a chat with more starts over. Default 2,000. */
  catchUpMax?: number;
  /** Messages of one page of a timeline, at most 100. Default 50. */
  pageSize?: number;
  /** Newest messages of each chat that are kept without an open timeline, and for the next start. Default 50. */
  keepMessages?: number;
  /** Replaces `fetch`. */
  fetch?: typeof globalThis.fetch;
}

/** The options with their defaults. */
export type ResolvedOptions = typeof DEFAULTS & {
  url: string;
  storage: ClientStorage;
  inCookies: boolean;
  signal: SignalFactory;
  fetch: typeof globalThis.fetch;
};

const DEFAULTS = {
  timeoutMs: 10_000,
  heartbeatMs: 120_000,
  reconnect: { baseMs: 500, maxMs: 15_000 },
  holeGraceMs: 150,
  catchUpMax: 2_000,
  pageSize: 50,
  keepMessages: 50,
};

/** Fills in the defaults. */
export function resolveOptions(options: ChatClientOptions): ResolvedOptions {
  const url = (options.url ?? globalThis.location?.origin ?? 'http://localhost:3000').replace(/\/+$/, '');
  return {
    ...DEFAULTS,
    signal: createSignal,
    // Browsers refuse a fetch that is called as a method of something else.
    fetch: (input, init) => globalThis.fetch(input, init),
    ...options,
    url,
    storage:
      options.storage ??
      (typeof indexedDB === 'undefined' ? createMemoryStorage() : createIndexedDbStorage(`parley:${url}`)),
    inCookies: options.session === 'cookies',
    reconnect: { ...DEFAULTS.reconnect, ...options.reconnect },
  };
}
