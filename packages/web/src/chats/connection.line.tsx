import { client } from '../state/client.js';
import { settledStatus } from '../state/settled.status.js';
import { t } from '../text/text.js';

/** One calm line about the connection; its place is always there. */
export function ConnectionLine() {
  const status = settledStatus.value;
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
