import type { ResolvedOptions } from '../client.options.js';
import type { Readable } from '../observable.js';
import type { Outbox } from '../outbox/outbox.js';
import type { ChatState } from './chat.state.js';
import type { HistoryPager } from './history.pager.js';
import type { LocalMessage, MessageViewer } from './local.message.js';
import { MessageWindow } from './message.window.js';

/** Where a timeline stands. */
export interface TimelineState {
  /** There are messages before the first one. */
  hasOlder: boolean;
  /** There are messages after the last one: it shows a stretch of the past, see `jumpTo`. */
  hasNewer: boolean;
  isLoading: boolean;
}

/** The messages of one chat, for a window on the screen. */
export interface Timeline {
  /** The chat's id; `user:<id>` as long as nobody has written. */
  readonly chatId: string;
  /** Ascending, without holes; messages on their way stand at the end. */
  readonly messages: Readable<readonly LocalMessage[]>;
  readonly state: Readable<TimelineState>;
  /** Fetches the page before the first message. */
  loadOlder(): Promise<void>;
  /** Fetches the page after the last one, where there are newer ones. */
  loadNewer(): Promise<void>;
  /** Shows the messages around a seq, such as a search hit; only in direct chats. */
  jumpTo(seq: number): Promise<void>;
  /** Shows the end of the chat again. */
  jumpToLatest(): void;
  /** Lets go of the messages. */
  close(): void;
}

/** What the publisher of the chats does with a timeline. */
export interface OpenTimeline extends Timeline {
  readonly chat: ChatState;
  publish(): void;
  /** Fetches the first page when there is less than one. */
  fill(): void;
}

export interface TimelineDeps {
  options: Pick<ResolvedOptions, 'signal' | 'pageSize' | 'keepMessages'>;
  viewer: MessageViewer;
  outbox: Pick<Outbox, 'ofState'>;
  pager: HistoryPager;
  onClose: (timeline: OpenTimeline) => void;
}

/** Opens a timeline on a chat. */
export function createTimeline(initial: ChatState, deps: TimelineDeps): OpenTimeline {
  const { viewer, outbox, pager } = deps;
  const { signal, pageSize, keepMessages } = deps.options;
  const messages = signal<readonly LocalMessage[]>([]);
  const state = signal<TimelineState>({ hasOlder: false, hasNewer: false, isLoading: false });
  let past: MessageWindow | null = null;
  let loading: Promise<void> | null = null;
  let isClosed = false;

  const chat = () => initial.current;
  /** What is shown; the end, after the chat has started over: what was looked at is no longer of it. */
  const shownWindow = () => (past && chat().detached.has(past) ? past : chat().tail);

  function show(window: MessageWindow | null): void {
    if (past) chat().detached.delete(past);
    if (window) chat().detached.add(window);
    past = window;
    publish();
  }

  function publish(): void {
    if (isClosed) return;
    const window = shownWindow();
    const hasNewer = window !== chat().tail;
    const shown = viewer.viewAll(window.messages, chat());
    if (!hasNewer) {
      const keys = new Set(shown.map(({ key }) => key));
      const onTheirWay = outbox.ofState(chat()).filter(({ stored }) => !keys.has(stored.clientId));
      shown.push(...onTheirWay.map(viewer.viewEntry));
    }
    messages.value = shown;
    const next = { hasOlder: window.hasOlder, hasNewer, isLoading: !!loading };
    if (JSON.stringify(next) !== JSON.stringify(state.peek())) state.value = next;
  }

  /** One page at a time. */
  function load(fetch: () => Promise<void>): Promise<void> {
    loading ??= fetch().finally(() => {
      loading = null;
      publish();
    });
    publish();
    return loading;
  }

  /** Puts a stretch that has reached the tail in front of it. */
  function joinTail(window: MessageWindow): void {
    chat().tail.prepend({ messages: window.messages, hasMore: window.hasOlder });
    show(null);
  }

  const timeline: OpenTimeline = {
    get chatId() {
      return chat().key;
    },
    get chat() {
      return chat();
    },
    messages,
    state,
    publish,

    fill(): void {
      const { tail, isKnown } = chat();
      // Without a network there is what there is; the next catch-up fills again.
      if (isKnown && tail.messages.length < pageSize) timeline.loadOlder().catch(() => {});
    },

    loadOlder: () =>
      load(async () => {
        const window = shownWindow();
        if (window.hasOlder) window.prepend(await pager(chat(), { before: window.low }, pageSize));
      }),

    loadNewer: () =>
      load(async () => {
        const window = shownWindow();
        if (window === chat().tail) return;
        const page = await pager(chat(), { after: window.high }, pageSize);
        const { low } = chat().tail;
        for (const message of page.messages) if (message.seq < low) window.append(message);
        if (!page.hasMore || window.high >= low - 1) joinTail(window);
      }),

    async jumpTo(seq) {
      await loading?.catch(() => {});
      const { low } = chat().tail;
      const window = shownWindow();
      if (seq >= window.low && seq <= window.high) return;
      if (seq >= low) return show(null);
      await load(async () => {
        const end = Math.min(low, seq + Math.ceil(pageSize / 2));
        const around = new MessageWindow(end);
        around.prepend(await pager(chat(), { before: end }, pageSize));
        if (end === low) joinTail(around);
        else show(around);
      });
    },

    jumpToLatest: () => show(null),

    close() {
      if (isClosed) return;
      isClosed = true;
      show(null);
      chat().openCount -= 1;
      chat().trim(keepMessages);
      deps.onClose(timeline);
    },
  };
  chat().openCount += 1;
  publish();
  return timeline;
}
