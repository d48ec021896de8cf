import { type ChatSummary, type ChatTarget, LOBBY_ID, ParleyClientError } from '@parley/client';
import type { User } from '@parley/protocol';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { client } from '../state/client.js';
import { t } from '../text/text.js';

/** Where the messages of a listed chat are. */
export function targetOf(chat: ChatSummary): ChatTarget {
  return chat.peer === null ? { chatId: chat.id } : { userId: chat.peer.id };
}

/** What a listed chat is called. */
export function titleOf(chat: ChatSummary): string {
  if (chat.isLobby) return t('lobby.name');
  if (chat.peer !== null) return chat.peer.name || chat.peer.username;
  return chat.groupName ?? t('user.unknown');
}

/** What there is to know about an open chat. */
export interface ChatDescription {
  title: string;
  peer: User | null;
  isLobby: boolean;
  /** Absent before anybody has written. */
  chat: ChatSummary | undefined;
  /** There is no such person. */
  isGone: boolean;
}

/** Describes a target as it is known, and then as the server knows it. */
export function useChatDescription(target: ChatTarget): ChatDescription {
  const isGone = useSignal(false);
  const asked = useSignal<User | null>(null);
  const userId = 'userId' in target ? target.userId : null;
  const chat = client.chats.list.value.find((each) =>
    userId !== null ? each.peer?.id === userId : 'chatId' in target && each.id === target.chatId,
  );
  const peer = chat?.peer ?? asked.value ?? (userId === null ? null : (client.users.known(userId) ?? null));
  const isOnline = client.status.value === 'online';
  useEffect(() => {
    // Nobody is told when somebody changes their name or picture: it is looked up when a chat with them is opened.
    if (userId === null || !isOnline) return;
    client.users
      .get(userId)
      .then((user) => {
        asked.value = user;
      })
      .catch((error: unknown) => {
        isGone.value = error instanceof ParleyClientError && error.code === 'user_not_found';
      });
  }, [userId, isOnline]);
  const isLobby = 'chatId' in target && target.chatId === LOBBY_ID;
  const title = isLobby
    ? t('lobby.name')
    : chat !== undefined
      ? titleOf(chat)
      : peer?.name || peer?.username || t('user.unknown');
  return { title, peer, isLobby, chat, isGone: isGone.value };
}
