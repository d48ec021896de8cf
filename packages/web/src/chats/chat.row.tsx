import type { ChatSummary } from '@parley/client';
import { memo } from 'preact/compat';
import { Tick } from '../conversation/tick.js';
import { client } from '../state/client.js';
import { readDraft } from '../state/drafts.js';
import { personOf } from '../state/people.js';
import { followLink, keyOfTarget, pathOf, route } from '../state/route.js';
import { t } from '../text/text.js';
import { formatBrief } from '../text/time.format.js';
import { PresentAvatar, RoomAvatar } from '../ui/avatar.js';
import { targetOf, titleOf } from './chat.target.js';

/** One chat in the list. */
export const ChatRow = memo(({ chat, myId }: { chat: ChatSummary; myId: string }) => {
  const target = targetOf(chat);
  const current = route.value;
  const isCurrent = current.view === 'chat' && keyOfTarget(current.target) === keyOfTarget(target);
  const { unreadCount } = chat;
  return (
    <a
      class={unreadCount > 0 ? 'chat-row chat-row-unread' : 'chat-row'}
      href={pathOf(target)}
      onClick={followLink}
      aria-current={isCurrent ? 'page' : undefined}
    >
      {chat.peer === null ? <RoomAvatar /> : <PresentAvatar user={chat.peer} />}
      <span class="chat-row-name">
        <bdi>{titleOf(chat)}</bdi>
      </span>
      <time class="chat-row-time" dateTime={chat.lastActivity}>
        {chat.lastMessage === null ? '' : formatBrief(chat.lastMessage.timestamp)}
      </time>
      <Preview chat={chat} myId={myId} isCurrent={isCurrent} />
      {unreadCount > 0 && (
        <span class="badge">
          <span aria-hidden="true">{unreadCount > 999 ? '999+' : unreadCount}</span>
          <span class="visually-hidden">{t('chats.unread', { count: unreadCount })}</span>
        </span>
      )}
    </a>
  );
});

/** The second line: who types, what was not sent, or the last message. */
function Preview({ chat, myId, isCurrent }: { chat: ChatSummary; myId: string; isCurrent: boolean }) {
  const typists = client.typing.in(chat.id).value;
  const { lastMessage, isLobby } = chat;
  const nameOf = (id: string) => personOf(id)?.name ?? t('user.unknown');
  if (typists.length > 0) {
    return (
      <span class="chat-row-preview chat-row-typing">
        <span class="chat-row-text">{t('chat.typing', { name: nameOf(typists[0] ?? '') })}</span>
      </span>
    );
  }
  const draft = isCurrent ? '' : readDraft(keyOfTarget(targetOf(chat)));
  if (draft !== '') {
    return (
      <span class="chat-row-preview">
        <span class="chat-row-draft">{t('chats.draft')}</span>
        <span class="chat-row-text">
          <bdi>{draft}</bdi>
        </span>
      </span>
    );
  }
  if (lastMessage === null) {
    return <span class="chat-row-preview">{t(isLobby ? 'lobby.text' : 'chats.nothingYet')}</span>;
  }
  const isOwn = lastMessage.sender === myId;
  const author = isOwn ? '' : chat.peer === null ? `${nameOf(lastMessage.sender)}: ` : '';
  return (
    <span class="chat-row-preview">
      {isOwn && lastMessage.deletedAt === undefined && <Tick status={lastMessage.status} />}
      <span class="chat-row-text">
        {author !== '' && <bdi>{author}</bdi>}
        <bdi>{lastMessage.deletedAt === undefined ? lastMessage.content : t('message.deleted')}</bdi>
      </span>
    </span>
  );
}
