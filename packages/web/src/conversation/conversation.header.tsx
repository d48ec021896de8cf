import type { ChatDescription } from '../chats/chat.target.js';
import { useSettledStatus } from '../chats/connection.line.js';
import { client } from '../state/client.js';
import { followLink } from '../state/route.js';
import { t } from '../text/text.js';
import { formatMoment } from '../text/time.format.js';
import { PresentAvatar, RoomAvatar } from '../ui/avatar.js';
import { IconButton } from '../ui/icon.button.js';
import { Icon } from '../ui/icon.js';

/** Who one talks with, whether they are there, and the way back. */
export function ConversationHeader(props: { description: ChatDescription; onFind: () => void }) {
  const { title, peer, isLobby } = props.description;
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
      {peer === null ? <RoomAvatar /> : <PresentAvatar user={peer} />}
      <div class="pane-title">
        <h1>
          <bdi>{title}</bdi>
        </h1>
        <Subtitle peerId={peer?.id ?? null} isLobby={isLobby} />
      </div>
      <IconButton icon="search" label={t('chat.search')} onClick={props.onFind} />
    </header>
  );
}

function Subtitle({ peerId, isLobby }: { peerId: string | null; isLobby: boolean }) {
  const status = useSettledStatus();
  if (status === 'offline') return <p class="pane-note pane-note-offline">{t('status.offline')}</p>;
  if (peerId === null) return <p class="pane-note">{isLobby ? t('lobby.text') : ''}</p>;
  const presence = client.presence.of(peerId).value;
  const isAbsent = presence.status === 'offline' && presence.lastSeen !== null;
  return (
    <p class={presence.status === 'online' ? 'pane-note pane-note-online' : 'pane-note'}>
      {isAbsent
        ? t('presence.lastSeen', { when: formatMoment(presence.lastSeen ?? '') })
        : t(`presence.${presence.status}`)}
    </p>
  );
}
