import type { limits, SyncChat, SyncResult } from '@parley/protocol';
import { backoffMs } from '../backoff.js';
import type { ChangeLog } from '../chats/change.log.js';
import type { ChatBook } from '../chats/chat.book.js';
import type { ChatState } from '../chats/chat.state.js';
import { ParleyClientError, toClientError } from '../client.error.js';
import type { ResolvedOptions } from '../client.options.js';
import type { CallRoute, EmitEvent } from '../protocol.types.js';
import type { UserBook } from '../users/user.book.js';

export interface SyncDeps {
  book: ChatBook;
  log: ChangeLog;
  users: Pick<UserBook, 'learn'>;
  call: CallRoute;
  emit: EmitEvent;
  isUp: () => boolean;
  options: Pick<ResolvedOptions, 'catchUpMax' | 'holeGraceMs'>;
  /** The epoch of the last time; undefined on a new device. */
  epoch: string | undefined;
  onEpoch: (epoch: string) => void;
  /** A chat is there that was not, is gone, or has started over with messages that are not those from before. */
  onChat: (event: 'chat_added' | 'chat_removed' | 'chat_reset', state: ChatState) => void;
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
  const { book, log, isUp, onChat } = deps;
  const { catchUpMax, holeGraceMs } = deps.options;
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

  const hasHole = () => book.all().some(({ waiting }) => waiting.size > 0);

  /** The revisions of the chats that are held; of too many, the most recently active ones. */
  function knownRevs(): Record<string, number> {
    const known = book.all().filter((state) => state.isKnown && !starting.has(state));
    known.sort((a, b) => (a.lastActivity < b.lastActivity ? 1 : -1));
    return Object.fromEntries(known.slice(0, CHATS_MAX).map((state) => [state.id, state.rev]));
  }

  async function ask(): Promise<SyncResult> {
    if (!epoch) return deps.call('sync', { body: { limit: 1 } });
    // Of chats that start over only where they stand is wanted, not their past.
    const body = { chats: knownRevs(), limit: starting.size > 0 ? 1 : PAGE, epoch };
    try {
      return await deps.emit('sync', body);
    } catch (error) {
      if (!toClientError(error).isTemporary) throw error;
      return deps.call('sync', { body });
    }
  }

  /** Puts one answer into its chat. False when it told nothing new. */
  function take(answer: SyncChat, isFirst: boolean): boolean {
    const { chat } = answer;
    if (answer.gone) return drop(book.find(answer.chatId));
    deps.users.learn(chat?.participants ?? []);
    const state = chat ? book.describe(chat) : book.byId(answer.chatId);
    if (answer.resync) {
      starting.add(state);
      return true;
    }
    const isStarting = starting.delete(state);
    const before = state.rev;
    if (chat && (isFirst || isStarting)) {
      state.install(chat, answer.watermarks);
      onChat(isStarting ? 'chat_reset' : 'chat_added', state);
      log.drain(state);
      return true;
    }
    if (!state.isKnown) {
      // Began while this device was away, or just now: its messages are changes like any others.
      if (!chat) return false;
      state.rev = 0;
      state.mergeMarks(answer.watermarks);
      onChat('chat_added', state);
    }
    log.applySync(state, answer);
    deps.onMarks(state, answer);
    return state.rev > before;
  }

  function drop(state: ChatState | undefined): boolean {
    if (!state) return false;
    starting.delete(state);
    book.remove(state);
    state.forget();
    onChat('chat_removed', state);
    return true;
  }

  /** Asks once and applies the answer. True when there is more to ask for. */
  async function step(changes: Map<string, number>): Promise<boolean> {
    const isFirst = !epoch;
    const askedAnew = [...starting];
    const result = await ask();
    if (isClosed) return false;
    if (result.epoch !== epoch) {
      // Another database than the last time: the answer says `resync` of every chat that was named.
      epoch = result.epoch;
      deps.onEpoch(epoch);
    }
    let isNews = false;
    for (const answer of result.chats) {
      isNews = take(answer, isFirst) || isNews;
      const count = (changes.get(answer.chatId) ?? 0) + answer.messages.length;
      changes.set(answer.chatId, count);
      const state = book.find(answer.chatId);
      // One that has just started over is at its end, whatever the answer says of its past.
      if (state && answer.more && state.rev === answer.rev && count >= catchUpMax) starting.add(state);
    }
    // Whatever was asked for anew and not answered is not there any more.
    for (const state of askedAnew) if (starting.has(state)) isNews = drop(state);
    return !isFirst && isNews && (result.more || starting.size > 0);
  }

  async function run(): Promise<void> {
    do {
      isAskedAgain = false;
      const changes = new Map<string, number>();
      while (await step(changes));
    } while (isAskedAgain && !isClosed);
    failures = 0;
    if (!hasHole()) holes = 0;
    if (!isClosed) deps.onCaughtUp();
  }

  function schedule(delayMs: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      request().catch(() => {});
    }, delayMs);
  }

  /** Resolves when everything that had changed by now is here. */
  async function request(): Promise<void> {
    if (isClosed) throw new ParleyClientError('closed', 'The client was closed');
    isAskedAgain = true;
    if (!running) {
      clearTimeout(timer);
      timer = undefined;
      running = run().finally(() => {
        running = null;
      });
      running.catch((error: unknown) => {
        const { isTemporary, retryAfterMs } = toClientError(error);
        // Without a connection the next one begins with a sync.
        if (isUp() && isTemporary) schedule(retryAfterMs ?? backoffMs(failures++));
      });
    }
    return running;
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
          request().catch(() => {});
        },
        Math.min(holeGraceMs * 2 ** holes, HOLE_GRACE_MAX_MS),
      );
    },

    close(): void {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
