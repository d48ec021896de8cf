import type { User } from '@parley/protocol';
import { useSignal } from '@preact/signals';
import { client } from '../state/client.js';
import { ownStatus } from '../state/own.status.js';
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

/** The left pane: oneself, the search, the chats. Nothing else is there before a chat is opened: then it is the main one. */
export function Sidebar({ me, isMain }: { me: User; isMain: boolean }) {
  const isChoosing = useSignal(false);
  const query = useSignal('');
  const isSearching = query.value.trim() !== '';
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: either role has a name
    <div class="sidebar" role={isMain ? 'main' : 'complementary'} aria-label={t('chats.title')}>
      <div class="sidebar-header">
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
        <a class="sidebar-me" href="/settings" onClick={followLink} title={me.name}>
          <PresentAvatar
            user={me}
            size="small"
            status={client.status.value === 'online' ? ownStatus.value : 'offline'}
          />
          <span class="visually-hidden">{t('settings.open')}</span>
        </a>
      </div>
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
    </div>
  );
}
