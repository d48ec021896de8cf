import { type ChatTarget, LOBBY_ID } from '@parley/client';
import { signal } from '@preact/signals';
import type { TargetedMouseEvent } from 'preact';

/** What the address stands for. `at` is the seq of a message to be shown. */
export type Route =
  | { view: 'chats' }
  | { view: 'chat'; target: ChatTarget; at?: number }
  | { view: 'settings' }
  | { view: 'register' };

/** Reads an address; whatever it does not know is the list of chats. */
function parse(path: string, at?: number): Route {
  const [, first = '', id = ''] = path.split('/');
  const jump = at === undefined ? {} : { at };
  if (first === 'u' && /^[0-9a-f]{24}$/.test(id)) return { view: 'chat', target: { userId: id }, ...jump };
  if (first === 'c' && /^[0-9a-f]{24}$/.test(id)) return { view: 'chat', target: { chatId: id }, ...jump };
  if (first === 'lobby') return { view: 'chat', target: { chatId: LOBBY_ID }, ...jump };
  if (first === 'settings') return { view: 'settings' };
  if (first === 'register') return { view: 'register' };
  return { view: 'chats' };
}

/** Where the person is. */
export const route = signal<Route>(parse(location.pathname));

/** The address of a chat. A direct chat goes by its other person, so it has one before anybody has written. */
export function pathOf(target: ChatTarget): string {
  if ('userId' in target) return `/u/${target.userId}`;
  return target.chatId === LOBBY_ID ? '/lobby' : `/c/${target.chatId}`;
}

/** One text for each target, to compare and to keep things by. */
export function keyOfTarget(target: ChatTarget): string {
  return 'userId' in target ? `user:${target.userId}` : target.chatId;
}

/** Goes to an address of the app. */
export function go(path: string, options: { at?: number; replaces?: boolean } = {}): void {
  const isSame = path === location.pathname;
  if (options.replaces === true || isSame) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  route.value = parse(path, options.at);
}

/** For links: follows one without loading the page anew; a modified click is the browser's. */
export function followLink(event: TargetedMouseEvent<HTMLAnchorElement>): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
  event.preventDefault();
  go(event.currentTarget.pathname);
}

addEventListener('popstate', () => {
  route.value = parse(location.pathname);
});
