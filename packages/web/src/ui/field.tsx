import { useSignal } from '@preact/signals';
import type { AllHTMLAttributes } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../text/text.js';
import { IconButton } from './icon.button.js';

/** The attributes of an input that a field passes on; the type of the whole element is a union over its types. */
type InputProps = Pick<
  AllHTMLAttributes<HTMLInputElement>,
  'autocomplete' | 'autocapitalize' | 'spellcheck' | 'inputMode' | 'defaultValue' | 'onChange'
>;

interface FieldProps extends InputProps {
  name: string;
  label: string;
  hint?: string;
  error?: string | undefined;
  type?: 'text' | 'email' | 'password';
  /** More than one line. */
  isLong?: boolean;
}

/** A labelled input; what is wrong with it stands in the place of the hint, so nothing moves. */
export function Field({ label, hint, error, isLong = false, type = 'text', ...input }: FieldProps) {
  const id = useId();
  const isRevealed = useSignal(false);
  const isPassword = type === 'password';
  // As one object: the library's type of an input is a union over its types, which no variable type fits.
  const attributes: object = {
    ...input,
    id,
    class: 'field-input',
    dir: 'auto',
    'aria-invalid': error !== undefined,
    'aria-describedby': `${id}-note`,
  };
  const shownType = isPassword && isRevealed.value ? 'text' : type;
  return (
    <div class={error === undefined ? 'field' : 'field field-wrong'}>
      <label class="field-label" for={id}>
        {label}
      </label>
      <div class="field-box">
        {isLong ? (
          <textarea {...attributes} rows={3} />
        ) : (
          <input {...attributes} {...{ type: shownType as 'text' }} />
        )}
        {isPassword && (
          <IconButton
            icon="eye"
            class="field-reveal"
            label={t(isRevealed.value ? 'password.hide' : 'password.show')}
            aria-pressed={isRevealed.value}
            onClick={() => {
              isRevealed.value = !isRevealed.value;
            }}
          />
        )}
      </div>
      <p class="field-note" id={`${id}-note`}>
        {error ?? hint ?? ''}
      </p>
    </div>
  );
}
