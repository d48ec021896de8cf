import { useSignal } from '@preact/signals';
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { language, t } from '../text/text.js';
import { isTouch } from '../ui/touch.js';
import { emojiIn } from './emoji.table.js';
import './emoji.css';

/** Emoji in a row of the grid, as the style sheet lays them out. */
const COLUMNS = 8;

/** A small choice of emoji above the composer. Loaded when it is first opened. */
export default function EmojiPicker(props: { onPick: (emoji: string) => void; onClose: () => void }) {
  const { onPick, onClose } = props;
  const query = useSignal('');
  const box = useRef<HTMLDivElement>(null);
  const needle = query.value.trim().toLowerCase();
  const groups = emojiIn(language.value)
    .map((group) =>
      group.filter(({ words }) => needle === '' || words.some((word) => word.startsWith(needle))),
    )
    .filter((group) => group.length > 0);

  useEffect(() => {
    (isTouch ? box.current : box.current?.querySelector('input'))?.focus();
    const onPress = (event: PointerEvent) => {
      const { target } = event;
      if (target instanceof Element && target.closest('.composer') === null) onClose();
    };
    addEventListener('pointerdown', onPress);
    return () => removeEventListener('pointerdown', onPress);
  }, []);

  function onKeyDown(event: TargetedKeyboardEvent<HTMLDivElement>): void {
    if (event.key === 'Escape') {
      event.preventDefault();
      onClose();
      return;
    }
    const moves: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: COLUMNS,
      ArrowUp: -COLUMNS,
    };
    const move = moves[event.key];
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const index = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === 'Enter' && index < 0) {
      event.preventDefault();
      buttons[0]?.click();
    }
    if (move === undefined || (index < 0 && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    const next = buttons[index < 0 ? 0 : index + move];
    if (next === undefined && move < 0) event.currentTarget.querySelector('input')?.focus();
    next?.focus();
  }

  return (
    <div
      class="emoji"
      role="dialog"
      aria-label={t('composer.emoji')}
      tabIndex={-1}
      ref={box}
      onKeyDown={onKeyDown}
    >
      <input
        type="search"
        class="field-input"
        autocomplete="off"
        placeholder={t('composer.emojiSearch')}
        aria-label={t('composer.emojiSearch')}
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
        }}
      />
      <div class="emoji-groups">
        {groups.map((group) => (
          <div key={group[0]?.sign} class="emoji-group">
            {group.map(({ sign, name }, index) => (
              <button
                key={sign}
                type="button"
                class="emoji-item"
                aria-label={name}
                title={name}
                tabIndex={index === 0 ? 0 : -1}
                onClick={() => onPick(sign)}
              >
                {sign}
              </button>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
