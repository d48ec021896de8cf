import type { ChatTarget, LocalMessage } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { type ChatDescription, useChatDescription } from '../chats/chat.target.js';
import { client } from '../state/client.js';
import { showNotice } from '../state/notices.js';
import { followLink, route } from '../state/route.js';
import { useViewTitle } from '../state/view.title.js';
import { describeError } from '../text/error.text.js';
import { t } from '../text/text.js';
import { Icon } from '../ui/icon.js';
import { copyText } from './clipboard.js';
import { Composer } from './composer.js';
import { ConversationHeader } from './conversation.header.js';
import { DeleteDialog } from './delete.dialog.js';
import { FindBar } from './find.bar.js';
import { useListPosition } from './list.position.js';
import { MessageList } from './message.list.js';
import { hasMenu, type MessageAction, MessageMenu } from './message.menu.js';
import { TypingLine } from './typing.line.js';
import { isLookedAt, useUnreadLine } from './unread.line.js';

/** Milliseconds that a message which was jumped to is marked. */
const FOUND_MS = 2_400;

/** One chat: what was said, and where one answers. `at` is the seq of a message to be shown. */
export function ConversationView({ target, at }: { target: ChatTarget; at?: number }) {
  const description = useChatDescription(target);
  const { title, chat, isGone } = description;
  useViewTitle(title);
  const timeline = useMemo(() => client.chats.open(target), []);
  const editing = useSignal<LocalMessage | null>(null);
  const menu = useSignal<{ message: LocalMessage; anchor: HTMLElement } | null>(null);
  const deletion = useSignal<{ message: LocalMessage; scope: 'everyone' | 'me' } | null>(null);
  const isFinding = useSignal(false);
  const foundSeq = useSignal<number | null>(null);
  const foundTimer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  useEffect(() => () => timeline.close(), []);

  const position = useListPosition(timeline, (seq) => {
    if (line.isSettled.peek() && isLookedAt()) client.chats.markRead(target, seq);
  });
  const line = useUnreadLine(timeline, (seq) => {
    if (at !== undefined) show(at);
    else if (seq !== null) void position.goToSeq(seq, 'start').catch(() => undefined);
    position.seen();
  });

  function show(seq: number): void {
    position
      .goToSeq(seq)
      .then(() => {
        foundSeq.value = seq;
        clearTimeout(foundTimer.current);
        foundTimer.current = setTimeout(() => {
          foundSeq.value = null;
        }, FOUND_MS);
      })
      .catch((error: unknown) => showNotice({ text: describeError(error) }));
  }

  // Another hit in the chat that is open already, or the same one again.
  const visit = route.value;
  useEffect(() => {
    if (at !== undefined && line.isSettled.peek()) show(at);
  }, [visit]);

  useEffect(() => {
    const onLook = () => position.seen();
    addEventListener('focus', onLook);
    document.addEventListener('visibilitychange', onLook);
    return () => {
      removeEventListener('focus', onLook);
      document.removeEventListener('visibilitychange', onLook);
    };
  }, []);

  function act(action: MessageAction, message: LocalMessage): void {
    if (action === 'copy') {
      void copyText(message.content).then((isDone) => isDone && showNotice({ text: t('message.copied') }));
    } else if (action === 'edit') editing.value = message;
    else deletion.value = { message, scope: action === 'delete_for_all' ? 'everyone' : 'me' };
  }

  function saveEdit(message: LocalMessage, content: string): void {
    editing.value = null;
    if (content === message.content) return;
    client.messages
      .edit(message.id, content)
      .catch((error: unknown) => showNotice({ text: describeError(error) }));
  }

  if (isGone) return <GonePane />;
  return (
    <section class="pane" aria-label={title}>
      <ConversationHeader
        description={description}
        onFind={() => {
          isFinding.value = !isFinding.peek();
        }}
      />
      {isFinding.value && chat !== undefined && (
        <FindBar
          chatId={chat.id}
          onHit={show}
          onClose={() => {
            isFinding.value = false;
          }}
        />
      )}
      <div class="timeline-frame">
        <MessageList
          timeline={timeline}
          title={title}
          isRoom={description.peer === null}
          lineSeq={line.lineSeq}
          foundSeq={foundSeq}
          position={position}
          onMenu={(message, anchor) => {
            menu.value = { message, anchor };
          }}
        />
        <FirstWords description={description} isEmpty={timeline.messages.value.length === 0} />
        <LatestButton position={position} unreadCount={chat?.unreadCount ?? 0} />
      </div>
      <TypingLine chatId={chat?.id ?? timeline.chatId} />
      <Composer
        target={target}
        title={title}
        editing={editing.value}
        onSent={() => {
          line.lineSeq.value = null;
          position.goToEnd();
        }}
        onEdited={saveEdit}
        onCancelEdit={() => {
          editing.value = null;
        }}
        onEditLast={() => {
          const own = timeline.messages.peek().findLast((message) => message.isOwn && hasMenu(message));
          if (own !== undefined) editing.value = own;
        }}
      />
      {menu.value !== null && (
        <MessageMenu
          {...menu.value}
          onAction={act}
          onClose={() => {
            menu.value = null;
          }}
        />
      )}
      {deletion.value !== null && (
        <DeleteDialog
          scope={deletion.value.scope}
          onDelete={async () => {
            const { message, scope } = deletion.peek() ?? {};
            if (message !== undefined) await client.messages.remove(message.id, scope);
          }}
          onClose={() => {
            deletion.value = null;
          }}
        />
      )}
    </section>
  );
}

/** What stands in a chat in which nobody has written. */
function FirstWords({ description, isEmpty }: { description: ChatDescription; isEmpty: boolean }) {
  const { title, chat } = description;
  if (!isEmpty || (chat?.lastMessage ?? null) !== null) return null;
  return (
    <div class="first-words">
      <p class="first-words-title">{t('chat.hello', { name: title })}</p>
      <p>{t('chat.helloText')}</p>
    </div>
  );
}

function LatestButton(props: { position: ReturnType<typeof useListPosition>; unreadCount: number }) {
  const { position, unreadCount } = props;
  const isAway = !position.isAtEnd.value;
  const label = unreadCount > 0 ? t('chat.latestNew', { count: unreadCount }) : t('chat.latest');
  return (
    <button
      type="button"
      class={isAway ? 'latest latest-shown' : 'latest'}
      aria-label={label}
      title={label}
      tabIndex={isAway ? 0 : -1}
      aria-hidden={!isAway}
      onClick={position.goToEnd}
    >
      <Icon name="down" />
      {unreadCount > 0 && <span class="badge">{unreadCount > 999 ? '999+' : unreadCount}</span>}
    </button>
  );
}

function GonePane() {
  return (
    <div class="pane empty">
      <h1>{t('chat.gone')}</h1>
      <p>{t('chat.goneText')}</p>
      <a class="button" href="/" onClick={followLink}>
        {t('chat.back')}
      </a>
    </div>
  );
}
