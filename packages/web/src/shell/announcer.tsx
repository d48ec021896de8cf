import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { client } from '../state/client.js';
import { t } from '../text/text.js';

/** More at once would be read out for minutes. */
const TEXT_MAX = 200;

/**
 * Reads new messages of others to screen readers. The messages themselves are no live region: they come and go with
 * scrolling, and all of that would be read.
 */
export function Announcer() {
  const words = useSignal('');
  useEffect(
    () =>
      client.on('message', ({ message }) => {
        if (message.isOwn || message.content === '') return;
        const name = client.users.known(message.sender)?.name ?? t('user.unknown');
        words.value = t('chat.announce', { name, text: message.content.slice(0, TEXT_MAX) });
      }),
    [],
  );
  return (
    <p class="visually-hidden" aria-live="polite" aria-atomic="true">
      {words.value}
    </p>
  );
}
