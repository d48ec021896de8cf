import type { LocalMessage } from '@parley/client';
import type { User } from '@parley/protocol';
import { batch, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Marked } from '../conversation/marked.text.js';
import { client } from '../state/client.js';
import { go, pathOf } from '../state/route.js';
import { t } from '../text/text.js';
import { formatBrief } from '../text/time.format.js';
import { PresentAvatar, RoomAvatar } from '../ui/avatar.js';
import { targetOf, titleOf } from './chat.target.js';

/** Milliseconds after the last key until the server is asked: it allows two searches a second. */
const PAUSE_MS = 350;

/** What a search over everything has found: chats at once, people and messages from the server. */
export function SearchResults({ query, onDone }: { query: string; onDone: () => void }) {
  const people = useSignal<readonly User[]>([]);
  const hits = useSignal<readonly LocalMessage[]>([]);
  const state = useSignal<'running' | 'done' | 'failed'>('running');

  useEffect(() => {
    let isStale = false;
    state.value = 'running';
    const timer = setTimeout(() => {
      Promise.all([client.users.search(query, 8), client.messages.search({ q: query, limit: 30 })])
        .then(([found, messages]) => {
          if (isStale) return;
          batch(() => {
            people.value = found;
            hits.value = messages;
            state.value = 'done';
          });
        })
        .catch(() => {
          if (!isStale) state.value = 'failed';
        });
    }, PAUSE_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [query]);

  const needle = query.toLocaleLowerCase();
  const chats = client.chats.list.value.filter((chat) => titleOf(chat).toLocaleLowerCase().includes(needle));
  const inChats = new Set(chats.map(({ peer }) => peer?.id));
  const others = people.value.filter(({ id }) => !inChats.has(id));
  const open = (path: string, at?: number) => {
    go(path, at === undefined ? {} : { at });
    onDone();
  };
  const isEmpty = chats.length + others.length + hits.value.length === 0;

  return (
    <div class="chat-list search-results" aria-busy={state.value === 'running'}>
      <p class="visually-hidden" role="status">
        {state.value === 'running' ? t('search.running') : ''}
      </p>
      {state.value === 'failed' && <p class="search-note">{t('search.failed')}</p>}
      {state.value === 'done' && isEmpty && <p class="search-note">{t('search.none', { query })}</p>}
      <Section title={t('search.chats')} isShown={chats.length > 0}>
        {chats.slice(0, 20).map((chat) => (
          <button key={chat.id} type="button" class="person" onClick={() => open(pathOf(targetOf(chat)))}>
            {chat.peer === null ? <RoomAvatar /> : <PresentAvatar user={chat.peer} />}
            <span class="person-name">
              <bdi>
                <Marked text={titleOf(chat)} query={query} />
              </bdi>
            </span>
          </button>
        ))}
      </Section>
      <Section title={t('search.people')} isShown={others.length > 0}>
        {others.map((user) => (
          <button
            key={user.id}
            type="button"
            class="person"
            onClick={() => open(pathOf({ userId: user.id }))}
          >
            <PresentAvatar user={user} />
            <span class="person-name">
              <bdi>
                <Marked text={user.name || user.username} query={query} />
              </bdi>
            </span>
            <span class="person-note">@{user.username}</span>
          </button>
        ))}
      </Section>
      <Section title={t('search.messages')} isShown={hits.value.length > 0}>
        {hits.value.map((hit) => (
          <Hit key={hit.id} hit={hit} query={query} onOpen={open} />
        ))}
      </Section>
    </div>
  );
}

function Section({
  title,
  isShown,
  children,
}: {
  title: string;
  isShown: boolean;
  children: ComponentChildren;
}) {
  if (!isShown) return null;
  return (
    <section class="search-section">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Hit(props: { hit: LocalMessage; query: string; onOpen: (path: string, at: number) => void }) {
  const { hit, query, onOpen } = props;
  const chat = client.chats.list.value.find(({ id }) => id === hit.chatId);
  const target = chat === undefined ? { chatId: hit.chatId } : targetOf(chat);
  return (
    <button type="button" class="person hit" onClick={() => onOpen(pathOf(target), hit.seq)}>
      {chat?.peer == null ? <RoomAvatar /> : <PresentAvatar user={chat.peer} />}
      <span class="person-name">
        <bdi>{chat === undefined ? t('user.unknown') : titleOf(chat)}</bdi>
      </span>
      <time class="chat-row-time" dateTime={hit.timestamp}>
        {formatBrief(hit.timestamp)}
      </time>
      <span class="person-note hit-text">
        <bdi>
          {hit.isOwn && `${t('chats.you')} `}
          <Marked text={hit.content} query={query} isExcerpt />
        </bdi>
      </span>
    </button>
  );
}
