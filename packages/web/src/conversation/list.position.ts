import type { LocalMessage, Timeline } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { VirtualizerHandle } from 'virtua';

/** Pixels from the end within which one still counts as being there. */
const END_ZONE = 64;
/** Pixels from the edge of what is loaded at which the next page is fetched: about one page of short messages. */
const AHEAD = 1_500;

/** Where a list of messages is to be scrolled to. */
interface Goal {
  seq: number;
  align: 'start' | 'center';
}

/**
 * Keeps a list of messages where the person wants it: at the end as long as they are there, in place when earlier
 * messages come in above, at a message when they ask for one. Fetches pages as the edges come near.
 */
export function useListPosition(timeline: Timeline, onSeen: (seq: number) => void) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const isAtEnd = useSignal(true);
  const hasFailed = useSignal(false);
  const isMeasured = useSignal(false);
  const settledFirst = useSignal<string | null>(null);
  const memory = useRef({
    first: '',
    last: '',
    count: 0,
    stretch: 0,
    isStuck: true,
    goal: null as Goal | null,
  });
  const messages = timeline.messages.value;
  const { hasOlder, hasNewer, isLoading } = timeline.state.value;

  // What has become of the list since it was last drawn: the virtual list has to know before it draws.
  const held = memory.current;
  const first = messages[0]?.key ?? '';
  let isGrownAbove = false;
  if (held.count > 0 && first !== held.first) {
    const has = (key: string) => messages.some((message) => message.key === key);
    if (has(held.first)) isGrownAbove = messages.length > held.count;
    else if (!has(held.last)) held.stretch += 1;
  }
  held.first = first;
  held.last = messages.at(-1)?.key ?? '';
  held.count = messages.length;

  function toEnd(): void {
    const { count } = memory.current;
    if (count > 0) list.current?.scrollToIndex(count - 1, { align: 'end' });
  }

  function seen(): void {
    const element = scroller.current;
    if (element === null || list.current === null) return;
    const index = memory.current.isStuck
      ? memory.current.count - 1
      : list.current.findItemIndex(element.scrollTop + element.clientHeight - 24);
    const message: LocalMessage | undefined = timeline.messages.peek()[index];
    if (message !== undefined) onSeen(message.seq);
  }

  function fetchAround(): void {
    const element = scroller.current;
    const state = timeline.state.peek();
    if (element === null || state.isLoading || hasFailed.peek()) return;
    const fail = () => {
      hasFailed.value = true;
    };
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (state.hasOlder && element.scrollTop < AHEAD) timeline.loadOlder().catch(fail);
    else if (state.hasNewer && below < AHEAD) timeline.loadNewer().catch(fail);
  }

  function onScroll(): void {
    const element = scroller.current;
    if (element === null) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    memory.current.isStuck = below < END_ZONE && !timeline.state.peek().hasNewer;
    isAtEnd.value = memory.current.isStuck;
    fetchAround();
    seen();
  }

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    // The composer grows, or a keyboard comes up: who was at the end stays there.
    const observer = new ResizeObserver(() => memory.current.isStuck && toEnd());
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const hasMessages = messages.length > 0;
  useEffect(() => {
    if (!hasMessages) return;
    // Sizes are known after the first frame, and what follows from them is drawn in the second.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        isMeasured.value = true;
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [hasMessages]);

  useEffect(() => {
    // The first frame has the messages that came in above at the height they are taken for, the second at their own.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        settledFirst.value = first;
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [first]);

  useLayoutEffect(() => {
    const { goal } = memory.current;
    const index = goal === null ? -1 : messages.findIndex(({ seq }) => seq >= goal.seq);
    if (goal !== null && index >= 0) {
      memory.current.goal = null;
      memory.current.isStuck = false;
      list.current?.scrollToIndex(index, { align: goal.align, offset: goal.align === 'start' ? -72 : 0 });
    } else if (memory.current.isStuck && !hasNewer) toEnd();
    fetchAround();
    seen();
  }, [messages, held.stretch, hasOlder, hasNewer, isLoading]);

  return {
    scroller,
    list,
    isAtEnd,
    hasFailed,
    /** Whether the messages have been drawn at their real height. */
    isMeasured,
    /** Whether what stands above the first message is where it stays; what has just come in pushes it up. */
    isTopSettled: settledFirst.value === first,
    isGrownAbove,
    /** Changes when the list shows another stretch of the chat: the virtual list begins anew with it. */
    stretch: held.stretch,
    onScroll,
    onResize(): void {
      if (memory.current.isStuck) toEnd();
    },
    /** Tries once more what could not be fetched. */
    retry(): void {
      hasFailed.value = false;
      fetchAround();
    },
    seen,

    /** Goes to the end of the chat and stays there. */
    goToEnd(): void {
      memory.current.isStuck = true;
      isAtEnd.value = true;
      if (timeline.state.peek().hasNewer) timeline.jumpToLatest();
      else toEnd();
    },

    /** Shows the message with this seq, fetching the stretch around it if need be. */
    async goToSeq(seq: number, align: Goal['align'] = 'center'): Promise<void> {
      memory.current.isStuck = false;
      await reach(timeline, seq);
      const index = timeline.messages.peek().findIndex((message) => message.seq >= seq);
      if (index < 0) return;
      memory.current.goal = { seq, align };
      // When it is drawn already nothing else calls for it.
      requestAnimationFrame(() => {
        if (memory.current.goal === null) return;
        memory.current.goal = null;
        list.current?.scrollToIndex(index, { align, offset: align === 'start' ? -72 : 0 });
      });
    },
  };
}

/** Pages that are fetched one by one to get to a message of a room, which cannot be jumped to. */
const ROOM_PAGES_MAX = 60;

async function reach(timeline: Timeline, seq: number): Promise<void> {
  const isThere = () => (timeline.messages.peek()[0]?.seq ?? Number.POSITIVE_INFINITY) <= seq;
  await timeline.jumpTo(seq);
  for (let page = 0; page < ROOM_PAGES_MAX && !isThere() && timeline.state.peek().hasOlder; page += 1) {
    await timeline.loadOlder();
  }
}
