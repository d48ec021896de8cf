import type { Readable, SignalFactory } from '../observable.js';
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
  signal: SignalFactory;
  viewer: MessageViewer;
  outbox: Pick<Outbox, 'ofState'>;
  pager: HistoryPager;
  pageSize: number;
  /** Messages that are kept of a chat at which nobody looks. */
  keep: number;
  onClose: (timeline: OpenTimeline) => void;
}

/** Opens a timeline on a chat. */
export function createTimeline(initial: ChatState, deps: TimelineDeps): OpenTimeline {
  const { viewer, outbox, pager, pageSize } = deps;
  const messages = deps.signal<readonly LocalMessage[]>([]);
  const state = deps.signal<TimelineState>({ hasOlder: false, hasNewer: false, isLoading: false });
  let past: MessageWindow | null = null;
  let loading: Promise<void> | null = null;
  let isClosed = false;

  const chat = () => initial.current;
  /** Null after the chat has started over: what was looked at is no longer of it. */
  const detached = () => (past !== null && chat().detached.has(past) ? past : null);

  function show(window: MessageWindow | null): void {
    if (past !== null) chat().detached.delete(past);
    past = window;
    if (window !== null) chat().detached.add(window);
    publish();
  }

  function publish(): void {
    if (isClosed) return;
    const held = chat();
    const window = detached() ?? held.tail;
    const shown = viewer.viewAll(window.messages, held);
    if (window === held.tail) {
      const seen = new Set(shown.map(({ key }) => key));
      for (const entry of outbox.ofState(held))
        if (!seen.has(entry.stored.clientId)) shown.push(viewer.viewEntry(entry));
    }
    messages.value = shown;
    const next = { hasOlder: window.hasOlder, hasNewer: window !== held.tail, isLoading: loading !== null };
    const { hasOlder, hasNewer, isLoading } = state.peek();
    if (hasOlder !== next.hasOlder || hasNewer !== next.hasNewer || isLoading !== next.isLoading)
      state.value = next;
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
      if (isClosed || !isKnown || !tail.hasOlder || tail.messages.length >= pageSize) return;
      // Without a network there is what there is; the next catch-up fills again.
      timeline.loadOlder().catch(() => undefined);
    },

    loadOlder: () =>
      load(async () => {
        const window = detached() ?? chat().tail;
        if (!window.hasOlder) return;
        window.prepend(await pager.before(chat(), window.low, pageSize));
      }),

    loadNewer: () =>
      load(async () => {
        const window = detached();
        if (window === null) return;
        const page = await pager.after(chat(), window.high, pageSize);
        const { tail } = chat();
        const between = page.messages.filter(({ seq }) => seq < tail.low);
        const hasMore = page.hasMore && between.length === page.messages.length;
        window.extend({ messages: between, hasMore }, tail.low - 1);
        if (!hasMore) joinTail(window);
      }),

    async jumpTo(seq) {
      if (loading !== null) await loading.catch(() => undefined);
      const held = chat();
      const inView = detached();
      if (inView !== null && seq >= inView.low && seq <= inView.high) return;
      if (seq >= held.tail.low) return show(null);
      await load(async () => {
        const end = Math.min(held.tail.low, seq + Math.ceil(pageSize / 2));
        const window = new MessageWindow(end);
        window.prepend(await pager.before(held, end, pageSize));
        if (end === held.tail.low) joinTail(window);
        else show(window);
      });
    },

    jumpToLatest: () => show(null),

    close() {
      if (isClosed) return;
      isClosed = true;
      const held = chat();
      if (past !== null) held.detached.delete(past);
      held.openCount -= 1;
      if (held.openCount === 0) held.tail.trim(deps.keep);
      deps.onClose(timeline);
    },
  };
  initial.openCount += 1;
  publish();
  return timeline;
}
