import type { User } from '@parley/protocol';
import { useSignal } from '@preact/signals';
import { followLink } from '../state/route.js';
import { t } from '../text/text.js';
import { PresentAvatar } from '../ui/avatar.js';
import { Brand } from '../ui/brand.js';
import { IconButton } from '../ui/icon.button.js';
import { Icon } from '../ui/icon.js';
import { ChatList } from './chat.list.js';
import { ConnectionLine } from './connection.line.js';
import { DirectoryDialog } from './directory.dialog.js';
import { SearchResults } from './search.results.js';

/** The left pane: oneself, the search, the chats. */
export function Sidebar({ me }: { me: User }) {
  const isChoosing = useSignal(false);
  const query = useSignal('');
  const isSearching = query.value.trim() !== '';
  return (
    <aside class="sidebar" aria-label={t('chats.title')}>
      <header class="sidebar-header">
        <Brand size={36} />
        <div class="sidebar-title">
          <h1>{t('app.name')}</h1>
          <ConnectionLine />
        </div>
        <IconButton
          icon="plus"
          class="icon-button-strong"
          label={t('chats.new')}
          onClick={() => {
            isChoosing.value = true;
          }}
        />
        <a
          class="sidebar-me"
          href="/settings"
          onClick={followLink}
          aria-label={t('settings.open')}
          title={me.name}
        >
          <PresentAvatar user={me} size="small" />
        </a>
      </header>
      <search class="search-box">
        <Icon name="search" size={18} />
        <input
          id="chat-search"
          type="search"
          autocomplete="off"
          placeholder={t('chats.search')}
          aria-label={t('chats.search')}
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value;
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.preventDefault();
            query.value = '';
          }}
        />
        {query.value !== '' && (
          <IconButton
            icon="close"
            label={t('chats.clear')}
            onClick={() => {
              query.value = '';
            }}
          />
        )}
      </search>
      {isSearching ? (
        <SearchResults
          query={query.value.trim()}
          onDone={() => {
            query.value = '';
          }}
        />
      ) : (
        <ChatList
          me={me}
          onNew={() => {
            isChoosing.value = true;
          }}
        />
      )}
      {isChoosing.value && (
        <DirectoryDialog
          onClose={() => {
            isChoosing.value = false;
          }}
        />
      )}
    </aside>
  );
}
