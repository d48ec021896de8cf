import type { ComponentProps } from 'preact';
import { Icon, type IconName } from './icon.js';

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'icon' | 'label'> {
  icon: IconName;
  /** What it does, in words: its name and its tooltip. */
  label: string;
}

/** A button that is an icon. */
export function IconButton({ icon, label, class: className = '', ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      class={`icon-button ${String(className)}`}
      aria-label={label}
      title={label}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
