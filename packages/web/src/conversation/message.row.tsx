import type { LocalMessage } from '@parley/client';
import { memo } from 'preact/compat';
import { client } from '../state/client.js';
import { personOf } from '../state/people.js';
import { describeCode } from '../text/error.text.js';
import { t } from '../text/text.js';
import { formatDay, formatFull, formatTime } from '../text/time.format.js';
import { Avatar } from '../ui/avatar.js';
import { IconButton } from '../ui/icon.button.js';
import { Icon } from '../ui/icon.js';
import { afterRelease } from '../ui/pointer.release.js';
import { hasMenu } from './message.menu.js';
import { isOnlyEmoji, RichText } from './rich.text.js';
import { Tick } from './tick.js';

export interface MessageRowProps {
  message: LocalMessage;
  /** In a room each group of messages says whose they are. */
  isRoom: boolean;
  /** The first of several by the same person, and the last. */
  startsGroup: boolean;
  endsGroup: boolean;
  /** A new day begins with it. */
  startsDay: boolean;
  /** The first that the person has not seen. */
  startsNew: boolean;
  /** The last of all: it keeps a distance from the edge. */
  isLast: boolean;
  isHighlighted: boolean;
  onMenu: (message: LocalMessage, anchor: HTMLElement) => void;
}

/** One message with what stands above it: a day, the line of what is new. */
export const MessageRow = memo((props: MessageRowProps) => {
  const { message, isRoom, startsGroup, endsGroup, isHighlighted, onMenu } = props;
  const { isOwn, status } = message;
  const isDeleted = message.deletedAt !== undefined;
  const sender = personOf(message.sender);
  const name = sender?.name || sender?.username || t('user.unknown');
  const time = formatTime(message.timestamp);
  const classes = ['message', isOwn ? 'message-own' : 'message-theirs'];
  if (startsGroup) classes.push('message-first');
  if (endsGroup) classes.push('message-last');
  if (isHighlighted) classes.push('message-found');
  return (
    <div class={props.isLast ? 'row row-end' : 'row'}>
      {props.startsDay && (
        <p class="day">
          <time dateTime={message.timestamp}>{formatDay(message.timestamp)}</time>
        </p>
      )}
      {props.startsNew && <p class="new-line">{t('chat.newMessages')}</p>}
      <article
        class={classes.join(' ')}
        data-seq={message.seq}
        tabIndex={-1}
        aria-label={
          isOwn ? t('message.byYou', { time, status: statusWord(message) }) : t('message.by', { name, time })
        }
        onContextMenu={(event) => {
          // The browser's own menu stays where something is selected, and on links.
          if (!hasMenu(message)) return;
          if (getSelection()?.isCollapsed === false || (event.target as HTMLElement).closest('a') !== null)
            return;
          event.preventDefault();
          const article = event.currentTarget;
          afterRelease(() => onMenu(message, article));
        }}
      >
        {isRoom && !isOwn && (
          <span class="message-face">{endsGroup && <Avatar user={sender ?? null} size="small" />}</span>
        )}
        <div class={isDeleted ? 'bubble bubble-deleted' : 'bubble'}>
          {isRoom && !isOwn && startsGroup && (
            <p class="bubble-author" dir="auto">
              {name}
            </p>
          )}
          {/* The whole of it follows the text: in a message from right to left the time stands on the left. */}
          <div class="bubble-body" {...(!isDeleted && { dir: 'auto' })}>
            {isDeleted ? (
              <p class="bubble-text">
                <Icon name="trash" size={16} /> {t('message.deleted')}
              </p>
            ) : (
              <p class={isOnlyEmoji(message.content) ? 'bubble-text bubble-emoji' : 'bubble-text'}>
                <RichText text={message.content} />
              </p>
            )}
            <p class="bubble-meta">
              {message.editedAt !== undefined && !isDeleted && <bdi>{t('message.edited')}</bdi>}
              <time dateTime={message.timestamp} title={formatFull(message.timestamp)} dir="auto">
                {time}
              </time>
              {!isDeleted && <Tick status={status} />}
            </p>
          </div>
        </div>
        {hasMenu(message) && (
          <IconButton
            icon="more"
            class="message-more"
            label={t('message.options')}
            aria-haspopup="menu"
            tabIndex={-1}
            onClick={(event) => onMenu(message, event.currentTarget)}
          />
        )}
      </article>
      {status === 'failed' && <Failure message={message} />}
    </div>
  );
});

function statusWord({ status }: LocalMessage): string {
  if (status === 'received') return '';
  return t(status === 'failed' ? 'message.notSent' : `message.${status}`);
}

/** Why a message was not sent, and what can be done about it. */
function Failure({ message }: { message: LocalMessage }) {
  const { clientId = '', failure } = message;
  return (
    <div class="failure">
      <span>{t('message.failed', { reason: describeCode(failure?.code ?? 'unknown') })}</span>
      <button type="button" class="text-button" onClick={() => client.messages.retry(clientId)}>
        {t('message.retry')}
      </button>
      <button type="button" class="text-button" onClick={() => client.messages.discard(clientId)}>
        {t('message.discard')}
      </button>
    </div>
  );
}
