import type { LocalMessage } from '@parley/client';
import type { TargetedKeyboardEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../text/text.js';
import { Icon, type IconName } from '../ui/icon.js';

/** What can be done with a message. */
export type MessageAction = 'copy' | 'edit' | 'delete_for_all' | 'delete_for_me';

const items: readonly {
  action: MessageAction;
  icon: IconName;
  key: Parameters<typeof t>[0];
  isOwnOnly: boolean;
}[] = [
  { action: 'copy', icon: 'copy', key: 'message.copy', isOwnOnly: false },
  { action: 'edit', icon: 'edit', key: 'message.edit', isOwnOnly: true },
  { action: 'delete_for_me', icon: 'trash', key: 'message.deleteForMe', isOwnOnly: false },
  { action: 'delete_for_all', icon: 'trash', key: 'message.deleteForAll', isOwnOnly: true },
];

/** Whether anything can be done with a message: one on its way has no place yet, and a deleted one is nothing any more. */
export function hasMenu({ status, deletedAt }: LocalMessage): boolean {
  return status !== 'pending' && status !== 'failed' && deletedAt === undefined;
}

interface MessageMenuProps {
  message: LocalMessage;
  anchor: HTMLElement;
  onAction: (action: MessageAction, message: LocalMessage) => void;
  onClose: () => void;
}

/** Pixels between the menu and what it belongs to, and from the edges of the window. */
const GAP = 6;

/** The menu of a message, above everything else, beside what it was opened from. */
export function MessageMenu({ message, anchor, onAction, onClose }: MessageMenuProps) {
  const menu = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = menu.current;
    if (element === null) return;
    element.showPopover();
    place(element, anchor);
    element.querySelector('button')?.focus();
    // What was opened from the keyboard gives the focus back to where it was.
    return () => anchor.focus({ preventScroll: true });
  }, [anchor]);

  function onKeyDown(event: TargetedKeyboardEvent<HTMLDivElement>): void {
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const index = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const moves: Record<string, number> = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 };
    const to = moves[event.key];
    if (event.key === 'Tab') onClose();
    if (event.key === 'Escape') event.stopPropagation();
    if (to === undefined) return;
    event.preventDefault();
    buttons.at(to % buttons.length)?.focus();
  }

  return (
    <div
      ref={menu}
      popover="auto"
      class="menu"
      role="menu"
      aria-label={t('message.options')}
      onKeyDown={onKeyDown}
      onToggle={(event) => {
        if ((event as unknown as ToggleEvent).newState === 'closed') onClose();
      }}
    >
      {items
        .filter(({ isOwnOnly }) => message.isOwn || !isOwnOnly)
        .map(({ action, icon, key }) => (
          <button
            key={action}
            type="button"
            role="menuitem"
            tabIndex={-1}
            class={action.startsWith('delete') ? 'menu-item menu-item-grave' : 'menu-item'}
            onClick={() => {
              onClose();
              onAction(action, message);
            }}
          >
            <Icon name={icon} size={18} /> {t(key)}
          </button>
        ))}
    </div>
  );
}

/** Below the anchor, or above where there is no room. Written to the style object: a style attribute is not allowed. */
function place(menu: HTMLElement, anchor: HTMLElement): void {
  const bubble = anchor.matches('article') ? (anchor.querySelector('.bubble') ?? anchor) : anchor;
  const from = bubble.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const fitsBelow = from.bottom + GAP + height < innerHeight - GAP;
  const top = fitsBelow ? from.bottom + GAP : Math.max(GAP, from.top - GAP - height);
  const left = Math.min(Math.max(GAP, from.left + from.width / 2 - width / 2), innerWidth - width - GAP);
  menu.style.top = `${Math.min(top, innerHeight - height - GAP)}px`;
  menu.style.left = `${left}px`;
}
