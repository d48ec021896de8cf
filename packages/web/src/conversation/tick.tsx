import type { MessageStatus } from '@parley/client';
import { t } from '../text/text.js';
import { Icon } from '../ui/icon.js';

/** How far a message of one's own has come. Colour alone never says it: each state has a shape or a word. */
export function Tick({ status }: { status: MessageStatus }) {
  if (status === 'received') return null;
  const icon = status === 'failed' ? 'alert' : status;
  const word = t(status === 'failed' ? 'message.notSent' : `message.${status}`);
  return (
    <span class={`tick tick-${status}`} title={word}>
      <Icon name={icon} size={16} />
      <span class="visually-hidden">{word}</span>
    </span>
  );
}
