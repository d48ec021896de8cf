import { client } from '../state/client.js';
import { t } from '../text/text.js';
import { formatMoment } from '../text/time.format.js';

/** Whether somebody is there, in words; to be read while rendering. */
export function describePresence(userId: string): { text: string; isOnline: boolean } {
  const { status, lastSeen } = client.presence.of(userId).value;
  const isAbsent = status === 'offline' && lastSeen !== null;
  return {
    text: isAbsent ? t('presence.lastSeen', { when: formatMoment(lastSeen) }) : t(`presence.${status}`),
    isOnline: status === 'online',
  };
}
