import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { client } from '../state/client.js';
import { t } from '../text/text.js';

/** A connection that is back within this time is nothing to speak of. */
const PATIENCE_MS = 1_200;

/** Whether the line should be believed: what lasts for a moment only would flicker. */
export function useSettledStatus() {
  const status = client.status.value;
  const settled = useSignal<typeof status>('online');
  useEffect(() => {
    const delay = status === 'online' || !navigator.onLine ? 0 : PATIENCE_MS;
    const timer = setTimeout(() => {
      settled.value = status;
    }, delay);
    return () => clearTimeout(timer);
  }, [status]);
  return settled.value;
}

/** One calm line about the connection; its place is always there. */
export function ConnectionLine() {
  const status = useSettledStatus();
  const pending = client.messages.pending.value;
  const text =
    status === 'offline'
      ? pending > 0
        ? t('status.waiting', { count: pending })
        : t('status.offlineShort')
      : status === 'signed_out'
        ? ''
        : t(`status.${status}`);
  return (
    <p class={`connection connection-${status}`} role="status">
      <span class="connection-dot" aria-hidden="true" />
      {text}
    </p>
  );
}
