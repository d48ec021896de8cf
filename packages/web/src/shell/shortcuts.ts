import { targetOf } from '../chats/chat.target.js';
import { client } from '../state/client.js';
import { go, keyOfTarget, pathOf, route } from '../state/route.js';

/** Goes one chat up or down in the list. */
function step(by: number): void {
  const targets = client.chats.list.peek().map(targetOf);
  const current = route.peek();
  const key = current.view === 'chat' ? keyOfTarget(current.target) : undefined;
  const index = targets.findIndex((target) => keyOfTarget(target) === key);
  const next = targets[index < 0 ? 0 : index + by];
  if (next !== undefined) go(pathOf(next));
}

/** The keys that work everywhere: Ctrl or Cmd with K searches, Alt with an arrow changes the chat, Escape goes back. */
export function watchShortcuts(): () => void {
  function onKeyDown(event: KeyboardEvent): void {
    if (document.querySelector('dialog[open]') !== null) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      document.querySelector<HTMLInputElement>('#chat-search')?.focus();
    } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      step(event.key === 'ArrowUp' ? -1 : 1);
    } else if (event.key === 'Escape' && !event.defaultPrevented && route.peek().view !== 'chats') {
      go('/');
    }
  }
  addEventListener('keydown', onKeyDown);
  return () => removeEventListener('keydown', onKeyDown);
}
