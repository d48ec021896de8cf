import type { LocalMessage } from '@parley/client';
import { batch, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { client } from '../state/client.js';
import { t } from '../text/text.js';
import { IconButton } from '../ui/icon.button.js';
import { Icon } from '../ui/icon.js';

/** Milliseconds after the last key until the server is asked: it allows two searches a second. */
const PAUSE_MS = 350;

/** Searches one chat and goes from hit to hit, the newest first. */
export function FindBar(props: { chatId: string; onHit: (seq: number) => void; onClose: () => void }) {
  const { chatId, onHit, onClose } = props;
  const query = useSignal('');
  const hits = useSignal<readonly LocalMessage[] | null>(null);
  const index = useSignal(0);
  const note = useSignal('');
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const before = document.activeElement;
    input.current?.focus();
    // The focus goes back to where the search was called from.
    return () => before instanceof HTMLElement && before.focus();
  }, []);

  useEffect(() => {
    const q = query.value.trim();
    if (q === '') {
      hits.value = null;
      note.value = '';
      return;
    }
    let isStale = false;
    const timer = setTimeout(() => {
      client.messages
        .search({ q, chatId, limit: 100 })
        .then((found) => {
          if (isStale) return;
          batch(() => {
            hits.value = found;
            index.value = 0;
            note.value = '';
          });
          if (found[0] !== undefined) onHit(found[0].seq);
        })
        .catch(() => {
          note.value = t('search.failed');
        });
    }, PAUSE_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [query.value]);

  function step(by: number): void {
    const found = hits.peek() ?? [];
    const next = index.peek() + by;
    const hit = found[next];
    if (hit === undefined) return;
    index.value = next;
    onHit(hit.seq);
  }

  const total = hits.value?.length ?? 0;
  const position =
    hits.value === null
      ? ''
      : total === 0
        ? t('find.none')
        : t('find.position', { index: index.value + 1, total });

  return (
    <search class="find-bar">
      <div class="search-box">
        <Icon name="search" size={18} />
        <input
          ref={input}
          type="search"
          autocomplete="off"
          placeholder={t('chat.search')}
          aria-label={t('chat.search')}
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value;
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
            if (event.key !== 'Escape') return;
            event.preventDefault();
            onClose();
          }}
        />
        <span class="find-position" role="status">
          {note.value || position}
        </span>
      </div>
      <IconButton
        icon="up"
        label={t('find.previous')}
        aria-disabled={index.value + 1 >= total}
        onClick={() => step(1)}
      />
      <IconButton
        icon="down"
        label={t('find.next')}
        aria-disabled={index.value === 0}
        onClick={() => step(-1)}
      />
      <IconButton icon="close" label={t('find.close')} onClick={onClose} />
    </search>
  );
}
