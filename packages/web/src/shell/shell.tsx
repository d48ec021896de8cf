import type { User } from '@parley/protocol';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Sidebar } from '../chats/sidebar.js';
import { ConversationView } from '../conversation/conversation.view.js';
import { client } from '../state/client.js';
import { keyOfTarget, route } from '../state/route.js';
import { viewTitle } from '../state/view.title.js';
import { t } from '../text/text.js';
import { Announcer } from './announcer.js';
import { watchShortcuts } from './shortcuts.js';

/** The two panes; on a phone the one that is in use. `children` takes the place of the conversation. */
export function Shell({ me, children }: { me: User; children: ComponentChildren }) {
  const current = route.value;
  const unread = client.chats.unread.value;
  const title = [viewTitle.value, t('app.name')].filter(Boolean).join(' · ');
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${title}` : title;
  }, [unread, title]);
  useEffect(watchShortcuts, []);
  const isAway = current.view === 'chat' || current.view === 'settings';
  return (
    <div class={isAway ? 'shell shell-in' : 'shell'}>
      <a class="skip-link" href="#pane">
        {t('app.skip')}
      </a>
      <Sidebar me={me} isMain={!isAway} />
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: either role may have a name */}
      <div
        class="shell-pane"
        id="pane"
        tabIndex={-1}
        role={isAway ? 'main' : 'region'}
        aria-label={isAway ? undefined : t('chats.pick')}
      >
        {current.view === 'chat' ? (
          <ConversationView
            key={keyOfTarget(current.target)}
            target={current.target}
            {...(current.at !== undefined && { at: current.at })}
          />
        ) : current.view === 'settings' ? (
          children
        ) : (
          <NothingOpen />
        )}
      </div>
      <Announcer />
    </div>
  );
}

/** On a wide screen, before a chat is chosen. */
function NothingOpen() {
  return (
    <div class="pane empty">
      <svg class="empty-art" viewBox="0 0 120 96" fill="none" aria-hidden="true">
        <rect x="4" y="8" width="72" height="40" rx="18" class="art-theirs" />
        <rect x="44" y="44" width="72" height="40" rx="18" class="art-own" />
        <path d="M22 24h36M22 34h22" class="art-line" />
        <path d="M62 60h36M62 70h22" class="art-line-own" />
      </svg>
      <h2>{t('chats.pick')}</h2>
      <p>{t('chats.pickText')}</p>
    </div>
  );
}
