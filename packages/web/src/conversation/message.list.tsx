import type { LocalMessage, Timeline } from '@parley/client';
import type { Signal } from '@preact/signals';
import type { TargetedKeyboardEvent } from 'preact';
import { Virtualizer } from 'virtua';
import { t } from '../text/text.js';
import { dayOf } from '../text/time.format.js';
import type { useListPosition } from './list.position.js';
import { hasMenu } from './message.menu.js';
import { MessageRow } from './message.row.js';

/** Pixels above the first message: the place of the spinner and of the beginning, as the style sheet gives it. */
const TOP_HEIGHT = 64;
/** Milliseconds of silence after which a new group begins. */
const GROUP_GAP_MS = 5 * 60_000;

interface MessageListProps {
  timeline: Timeline;
  title: string;
  isRoom: boolean;
  /** Seq of the first message that was not seen when the chat was opened. */
  lineSeq: Signal<number | null>;
  /** Seq of a message that was jumped to. */
  foundSeq: Signal<number | null>;
  position: ReturnType<typeof useListPosition>;
  onMenu: (message: LocalMessage, anchor: HTMLElement) => void;
}

/** Whether two neighbours belong to one group. */
function belong(a: LocalMessage | undefined, b: LocalMessage | undefined): boolean {
  if (a === undefined || b === undefined || a.sender !== b.sender) return false;
  const gap = Date.parse(b.timestamp) - Date.parse(a.timestamp);
  return gap < GROUP_GAP_MS && dayOf(a.timestamp) === dayOf(b.timestamp);
}

/** The messages of a chat. Only those in sight are in the page, so its length does not matter. */
export function MessageList(props: MessageListProps) {
  const { timeline, title, isRoom, lineSeq, foundSeq, position, onMenu } = props;
  const messages = timeline.messages.value;
  const { hasOlder, hasNewer, isLoading } = timeline.state.value;
  const line = lineSeq.value;
  const found = foundSeq.value;
  const firstNew = line === null ? -1 : messages.findIndex(({ seq }) => seq >= line);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it is a feed; without messages it is a group, as a feed may not be empty
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: as above; both roles have a name
    <div
      ref={position.scroller}
      class={position.isMeasured.value ? 'timeline' : 'timeline timeline-early'}
      role={messages.length > 0 ? 'feed' : 'group'}
      tabIndex={0}
      aria-label={t('chat.messages', { name: title })}
      aria-busy={isLoading}
      onScroll={position.onScroll}
      onKeyDown={(event) => walk(event, messages, onMenu)}
    >
      <div class="timeline-space" />
      <div class={position.isTopSettled ? 'timeline-top' : 'timeline-top timeline-top-early'}>
        {position.hasFailed.value ? (
          <p>
            {t('chat.olderFailed')}{' '}
            <button type="button" class="text-button" onClick={position.retry}>
              {t('action.retry')}
            </button>
          </p>
        ) : hasOlder ? (
          <span class="spinner">
            <span class="visually-hidden">{t('chat.loadingOlder')}</span>
          </span>
        ) : (
          messages.length > 0 && <p>{isRoom ? t('chat.beginLobby') : t('chat.begin', { name: title })}</p>
        )}
      </div>
      <Virtualizer
        key={position.stretch}
        ref={position.list}
        scrollRef={position.scroller}
        startMargin={TOP_HEIGHT}
        data={messages}
        shift={position.isGrownAbove}
        bufferSize={400}
        onResize={position.onResize}
      >
        {(message: LocalMessage, index: number) => {
          const before = messages[index - 1];
          return (
            <MessageRow
              key={message.key}
              message={message}
              isRoom={isRoom}
              startsGroup={index === firstNew || !belong(before, message)}
              endsGroup={index + 1 === firstNew || !belong(message, messages[index + 1])}
              startsDay={
                before === undefined ? !hasOlder : dayOf(before.timestamp) !== dayOf(message.timestamp)
              }
              startsNew={index === firstNew}
              isLast={index === messages.length - 1 && !hasNewer}
              isHighlighted={found !== null && message.seq === found}
              onMenu={onMenu}
            />
          );
        }}
      </Virtualizer>
    </div>
  );
}

/** The arrows go from message to message, Enter opens what can be done with one. */
function walk(
  event: TargetedKeyboardEvent<HTMLDivElement>,
  messages: readonly LocalMessage[],
  onMenu: MessageListProps['onMenu'],
): void {
  const focused = document.activeElement;
  const articles = [...event.currentTarget.querySelectorAll<HTMLElement>('article')];
  const index = focused instanceof HTMLElement ? articles.indexOf(focused) : -1;
  if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
    if (index < 0 && focused !== event.currentTarget) return;
    const next = index < 0 ? articles.at(-1) : articles[index + (event.key === 'ArrowUp' ? -1 : 1)];
    event.preventDefault();
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: 'nearest' });
  } else if ((event.key === 'Enter' || event.key === ' ') && index >= 0) {
    const article = articles[index];
    const message = messages.find(({ seq }) => String(seq) === article?.dataset['seq']);
    if (message === undefined || article === undefined || !hasMenu(message)) return;
    event.preventDefault();
    onMenu(message, article);
  }
}
