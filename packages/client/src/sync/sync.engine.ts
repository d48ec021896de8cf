import type { limits, SyncChat, SyncResult, User } from '@parley/protocol';
import { backoffMs } from '../backoff.js';
import type { createChangeLog } from '../chats/change.log.js';
import type { ChatBook } from '../chats/chat.book.js';
import type { ChatState } from '../chats/chat.state.js';
import { ParleyClientError, toClientError } from '../client.error.js';
import type { CallRoute, EmitEvent } from '../protocol.types.js';

export interface SyncDeps {
  userId: string;
  book: ChatBook;
  log: ReturnType<typeof createChangeLog>;
  call: CallRoute;
  emit: EmitEvent;
  isUp: () => boolean;
  /** Changes of one chat that are gone through one by one; a chat with more starts over from its end. */
  catchUpMax: number;
  /** How long a missing change may still come by itself, in milliseconds. */
  holeGraceMs: number;
  /** The epoch of the last time; undefined on a new device. */
  epoch: string | undefined;
  onEpoch: (epoch: string) => void;
  /** People were described. */
  onUsers: (users: readonly User[]) => void;
  /** A chat is there that was not. */
  onAdded: (state: ChatState) => void;
  /** A chat has started over; its messages are not those that came before. */
  onReset: (state: ChatState) => void;
  onRemoved: (state: ChatState) => void;
  /** Watermarks of a chat have come. */
  onMarks: (state: ChatState, answer: SyncChat) => void;
  /** Everything is as the server had it when it answered. */
  onCaughtUp: () => void;
}

export type SyncEngine = ReturnType<typeof createSyncEngine>;

const PAGE = 500;
const HOLE_GRACE_MAX_MS = 10_000;
const CHATS_MAX: (typeof limits)['syncChatsMax'] = 2_000;

/** Asks what changed since the revisions that are held, until there is no more. One at a time. */
export function createSyncEngine(deps: SyncDeps) {
  const { book, log, call, emit, isUp } = deps;
  let { epoch } = deps;
  let running: Promise<void> | null = null;
  let isAskedAgain = false;
  let isClosed = false;
  let failures = 0;
  /** Syncs in a row that did not fill a hole. */
  let holes = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Chats that are taken from their end, because their past is too long or not of this database. */
  const starting = new Set<ChatState>();

  /** The revisions of the chats that are held; of too many, the most recently active ones. */
  function knownRevs(): Record<string, number> {
    const known = book.known().filter((state) => !starting.has(state));
    if (known.length > CHATS_MAX)
      known.sort((a, b) => (a.lastActivity < b.lastActivity ? 1 : -1)).splice(CHATS_MAX);
    return Object.fromEntries(known.map((state) => [state.id, state.rev]));
  }

  async function ask(isFirst: boolean): Promise<SyncResult> {
    // Of chats that start over only where they stand is wanted, not their past.
    const limit = isFirst || starting.size > 0 ? 1 : PAGE;
    const body = { chats: isFirst ? {} : knownRevs(), limit, ...(isFirst ? {} : { epoch }) };
    // All chats of a new device may be more than a connection can have waiting.
    if (isUp() && !isFirst) {
      try {
        return await emit('sync', body);
      } catch (error) {
        if (!toClientError(error).isTemporary) throw error;
      }
    }
    return call('sync', { body });
  }

  /** Puts one answer into its chat. False when it told nothing new. */
  function take(answer: SyncChat, isFirst: boolean): boolean {
    if (answer.gone === true) return drop(book.find(answer.chatId));
    deps.onUsers(answer.chat?.participants ?? []);
    const state = answer.chat === undefined ? book.byId(answer.chatId) : book.ofChat(answer.chat);
    if (answer.resync === true) {
      starting.add(state);
      return true;
    }
    const isStarting = starting.has(state);
    if (answer.chat !== undefined && (isFirst || isStarting)) {
      starting.delete(state);
      state.install(answer.chat, answer.watermarks, deps.userId);
      if (isStarting) deps.onReset(state);
      else deps.onAdded(state);
      log.drain(state);
      return true;
    }
    const before = state.rev;
    if (!state.isKnown) {
      // Began while this device was away, or just now: its messages are changes like any others.
      if (answer.chat === undefined) return false;
      state.rev = 0;
      state.mergeMarks(answer.watermarks);
      deps.onAdded(state);
    }
    log.applySync(state, answer);
    deps.onMarks(state, answer);
    return state.rev > before;
  }

  function drop(state: ChatState | undefined): boolean {
    if (state === undefined) return false;
    starting.delete(state);
    book.remove(state);
    deps.onRemoved(state);
    return true;
  }

  /** Asks once and applies the answer. True when there is more to ask for. */
  async function step(changes: Map<string, number>): Promise<boolean> {
    const isFirst = epoch === undefined;
    const askedAnew = [...starting];
    const result = await ask(isFirst);
    if (isClosed) return false;
    if (result.epoch !== epoch) {
      epoch = result.epoch;
      deps.onEpoch(epoch);
      if (!isFirst) {
        // Another database: nothing that is held means anything there.
        for (const state of book.known()) {
          state.forget();
          starting.add(state);
        }
        return true;
      }
    }
    let isNews = false;
    for (const answer of result.chats) {
      isNews = take(answer, isFirst) || isNews;
      const count = (changes.get(answer.chatId) ?? 0) + answer.messages.length;
      changes.set(answer.chatId, count);
      const state = book.find(answer.chatId);
      // One that has just started over is at its end, whatever the answer says of its past.
      const isBehind = answer.more && state?.rev === answer.rev;
      if (state !== undefined && isBehind && count >= deps.catchUpMax) starting.add(state);
    }
    // Whatever was asked for anew and not answered is not there any more.
    for (const state of askedAnew) if (starting.has(state)) isNews = drop(state) || isNews;
    return !isFirst && isNews && (result.more || starting.size > 0);
  }

  async function catchUp(): Promise<void> {
    const changes = new Map<string, number>();
    while (await step(changes));
  }

  async function run(): Promise<void> {
    do {
      isAskedAgain = false;
      await catchUp();
    } while (isAskedAgain && !isClosed);
    failures = 0;
    if (isClosed) return;
    if (!hasHole()) holes = 0;
    deps.onCaughtUp();
  }

  function hasHole(): boolean {
    return [...book.all()].some(({ waiting }) => waiting.size > 0);
  }

  function request(): Promise<void> {
    if (isClosed) return Promise.reject(new ParleyClientError('closed', 'The client was closed'));
    if (running !== null) {
      isAskedAgain = true;
      return running;
    }
    clearTimeout(timer);
    timer = undefined;
    running = run().finally(() => {
      running = null;
    });
    running.catch((error: unknown) => {
      // Without a connection the next one begins with a sync.
      const { isTemporary, retryAfterMs } = toClientError(error);
      if (!isClosed && isUp() && isTemporary) schedule(retryAfterMs ?? backoffMs(failures++));
    });
    return running;
  }

  function schedule(delayMs: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      request().catch(() => undefined);
    }, delayMs);
  }

  return {
    request,
    knownRevs,
    /** A change is missing: asked for, unless it comes in the meantime. */
    noteHole(): void {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          if (!hasHole()) return;
          holes += 1;
          request().catch(() => undefined);
        },
        Math.min(deps.holeGraceMs * 2 ** holes, HOLE_GRACE_MAX_MS),
      );
    },
    close(): void {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
