import type { User } from '@parley/protocol';
import { useSignal } from '@preact/signals';
import type { ChatDescription } from '../chats/chat.target.js';
import { followLink } from '../state/route.js';
import { settledStatus } from '../state/settled.status.js';
import { t } from '../text/text.js';
import { PresentAvatar, RoomAvatar } from '../ui/avatar.js';
import { IconButton } from '../ui/icon.button.js';
import { Icon } from '../ui/icon.js';
import { PersonDialog } from './person.dialog.js';
import { describePresence } from './presence.text.js';

/** Who one talks with, whether they are there, and the way back. */
export function ConversationHeader(props: { description: ChatDescription; onFind: () => void }) {
  const { title, peer, isLobby } = props.description;
  const isAsked = useSignal(false);
  return (
    <header class="pane-header">
      <a
        class="icon-button pane-back"
        href="/"
        onClick={followLink}
        aria-label={t('chat.back')}
        title={t('chat.back')}
      >
        <Icon name="back" />
      </a>
      <div class={peer === null ? 'pane-who' : 'pane-who pane-who-known'}>
        {peer === null ? (
          <RoomAvatar />
        ) : (
          <button
            type="button"
            class="pane-face"
            aria-haspopup="dialog"
            onClick={() => {
              isAsked.value = true;
            }}
          >
            <PresentAvatar user={peer} />
            <span class="visually-hidden">{t('person.about', { name: title })}</span>
          </button>
        )}
        <div class="pane-title">
          <h1>
            <bdi>{title}</bdi>
          </h1>
          <Subtitle peer={peer} isLobby={isLobby} />
        </div>
      </div>
      <IconButton icon="search" label={t('chat.search')} onClick={props.onFind} />
      {isAsked.value && peer !== null && (
        <PersonDialog
          user={peer}
          onClose={() => {
            isAsked.value = false;
          }}
        />
      )}
    </header>
  );
}

function Subtitle({ peer, isLobby }: { peer: User | null; isLobby: boolean }) {
  if (settledStatus.value === 'offline')
    return <p class="pane-note pane-note-offline">{t('status.offline')}</p>;
  if (peer === null) return <p class="pane-note">{isLobby ? t('lobby.text') : ''}</p>;
  const { text, isOnline } = describePresence(peer.id);
  return <p class={isOnline ? 'pane-note pane-note-online' : 'pane-note'}>{text}</p>;
}
