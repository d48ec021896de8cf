import { type ChatSummary, LOBBY_ID } from '@parley/client';
import type { User } from '@parley/protocol';
import { useRef } from 'preact/hooks';
import { Virtualizer } from 'virtua';
import { client } from '../state/client.js';
import { t } from '../text/text.js';
import { ChatRow } from './chat.row.js';

/** Pixels; the rows all have the height that the style sheet gives them. */
const ROW_HEIGHT = 72;

/** The lobby before its first message. */
const LOBBY: ChatSummary = {
  id: LOBBY_ID,
  isGroup: true,
  isLobby: true,
  groupName: null,
  participants: [],
  peer: null,
  lastMessage: null,
  lastActivity: new Date(0).toISOString(),
  unreadCount: 0,
};

/** The chats, the most recently active first. */
export function ChatList({ me, onNew }: { me: User; onNew: () => void }) {
  const scroller = useRef<HTMLElement>(null);
  const listed = client.chats.list.value;
  // The lobby is always there to go to, whether or not anybody has said something in it.
  const chats = listed.some(({ isLobby }) => isLobby) ? listed : [...listed, LOBBY];
  const status = client.status.value;
  // Before the first answer nobody knows whether there are none.
  const isLoading = listed.length === 0 && (status === 'connecting' || status === 'syncing');
  const isAlone = chats.every(({ isLobby }) => isLobby);
  return (
    <nav class="chat-list" ref={scroller} aria-label={t('chats.title')}>
      {isLoading ? (
        <LoadingRows />
      ) : (
        <Virtualizer scrollRef={scroller} data={chats} itemSize={ROW_HEIGHT} as="ul" item="li">
          {(chat: ChatSummary) => <ChatRow key={chat.id} chat={chat} myId={me.id} />}
        </Virtualizer>
      )}
      {!isLoading && isAlone && (
        <div class="chat-list-empty">
          <h2>{t('chats.empty')}</h2>
          <p>{t('chats.emptyText')}</p>
          <button type="button" class="button" onClick={onNew}>
            {t('chats.new')}
          </button>
        </div>
      )}
    </nav>
  );
}

/** Places for rows that are about to come. */
function LoadingRows() {
  return (
    <div role="status" aria-label={t('chats.loading')}>
      {['a', 'b', 'c', 'd', 'e'].map((key) => (
        <div key={key} class="chat-row chat-row-loading" aria-hidden="true">
          <span class="avatar avatar-medium" />
          <span class="loading-line" />
        </div>
      ))}
    </div>
  );
}
