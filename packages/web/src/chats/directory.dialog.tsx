import type { User } from '@parley/protocol';
import { batch, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { client } from '../state/client.js';
import { go, pathOf } from '../state/route.js';
import { t } from '../text/text.js';
import { PresentAvatar } from '../ui/avatar.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icon.js';

/** Milliseconds after the last key until the server is asked: it allows two searches a second. */
const PAUSE_MS = 300;

/** Everybody on the server, to begin a chat with. */
export function DirectoryDialog({ onClose }: { onClose: () => void }) {
  const query = useSignal('');
  const people = useSignal<readonly User[] | null>(null);
  const cursor = useSignal<string | undefined>(undefined);
  const hasFailed = useSignal(false);

  async function load(from?: string): Promise<void> {
    const q = query.peek().trim();
    const page = q === '' ? await client.users.list(from === undefined ? {} : { cursor: from }) : undefined;
    const found = page?.users ?? (await client.users.search(q, 50));
    if (query.peek().trim() !== q) return;
    batch(() => {
      people.value = from === undefined ? found : [...(people.peek() ?? []), ...found];
      cursor.value = page?.nextCursor;
      hasFailed.value = false;
    });
    await client.presence
      .watch((people.peek() ?? []).slice(0, 200).map(({ id }) => id))
      .catch(() => undefined);
  }

  const run = (from?: string) => {
    load(from).catch(() => {
      hasFailed.value = true;
    });
  };

  useEffect(() => {
    const timer = setTimeout(run, query.value === '' ? 0 : PAUSE_MS);
    return () => clearTimeout(timer);
  }, [query.value]);
  useEffect(() => () => void client.presence.watch([]).catch(() => undefined), []);

  return (
    <Dialog title={t('directory.title')} onClose={onClose}>
      <search class="search-box">
        <Icon name="search" size={18} />
        <input
          type="search"
          autocomplete="off"
          placeholder={t('directory.search')}
          aria-label={t('directory.search')}
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value;
          }}
        />
      </search>
      <div class="directory" aria-busy={people.value === null}>
        {hasFailed.value ? (
          <div class="directory-note" role="alert">
            <p>{t('directory.failed')}</p>
            <button type="button" class="button button-quiet" onClick={() => run()}>
              {t('action.retry')}
            </button>
          </div>
        ) : (
          <People
            people={people.value}
            isFiltered={query.value.trim() !== ''}
            onPick={(user) => {
              onClose();
              go(pathOf({ userId: user.id }));
            }}
          />
        )}
        {cursor.value !== undefined && (
          <button type="button" class="button button-quiet directory-more" onClick={() => run(cursor.peek())}>
            {t('directory.more')}
          </button>
        )}
      </div>
    </Dialog>
  );
}

interface PeopleProps {
  /** Null while they are on their way. */
  people: readonly User[] | null;
  isFiltered: boolean;
  onPick: (user: User) => void;
}

function People({ people, isFiltered, onPick }: PeopleProps) {
  if (people === null) return <div class="directory-note" />;
  if (people.length === 0) {
    return <p class="directory-note">{t(isFiltered ? 'directory.none' : 'directory.alone')}</p>;
  }
  return (
    <ul class="people">
      {people.map((user) => (
        <li key={user.id}>
          <button type="button" class="person" onClick={() => onPick(user)}>
            <PresentAvatar user={user} />
            <span class="person-name">
              <bdi>{user.name || user.username}</bdi>
            </span>
            <span class="person-note">
              <bdi>@{user.username}</bdi>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
