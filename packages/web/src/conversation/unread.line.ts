import type { Timeline } from '@parley/client';
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { client } from '../state/client.js';

/** Pages that are fetched to find the first unread message; beyond them the chat opens at its end. */
const PAGES_MAX = 4;
/** Unread messages up to which those pages are likely to be enough. */
const REACH = 200;

/** Whether somebody looks at the page. */
export const isLookedAt = (): boolean => document.visibilityState === 'visible' && document.hasFocus();

export interface UnreadLine {
  /** Seq of the first message that was new; null when there is none. */
  lineSeq: Signal<number | null>;
  /** Whether it is known: until then nothing counts as read. */
  isSettled: Signal<boolean>;
}

/** Finds where the new messages begin, once on opening and again when some come while nobody looks. */
export function useUnreadLine(timeline: Timeline, onSettled: (seq: number | null) => void): UnreadLine {
  const lineSeq = useSignal<number | null>(null);
  const isSettled = useSignal(false);
  const pages = useRef(0);
  const messages = timeline.messages.value;
  const { isLoading, hasOlder } = timeline.state.value;
  const status = client.status.value;

  useEffect(() => {
    if (isSettled.peek() || isLoading || messages.length === 0) return;
    // What the cache holds may be of yesterday: the line is drawn through what is true now.
    if (status === 'connecting' || status === 'syncing') return;
    const isUnread = messages.map(
      ({ isOwn, isRead, deletedAt }) => !isOwn && !isRead && deletedAt === undefined,
    );
    const first = isUnread.indexOf(true);
    const backlog = client.chats.list.peek().find(({ id }) => id === timeline.chatId)?.unreadCount ?? 0;
    const isInReach = backlog <= REACH && pages.current < PAGES_MAX;
    if (first === 0 && hasOlder && status === 'online' && isInReach) {
      pages.current += 1;
      timeline.loadOlder().catch(() => {
        pages.current = PAGES_MAX;
      });
      return;
    }
    const found = first < 0 || (first === 0 && hasOlder) ? null : (messages[first]?.seq ?? null);
    lineSeq.value = found;
    isSettled.value = true;
    onSettled(found);
  }, [messages, isLoading, status]);

  useEffect(
    () =>
      client.on('message', ({ chatId, message }) => {
        if (chatId !== timeline.chatId || message.isOwn || isLookedAt() || lineSeq.peek() !== null) return;
        lineSeq.value = message.seq;
      }),
    [],
  );

  return { lineSeq, isSettled };
}
