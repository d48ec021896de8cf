import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../text/text.js';
import { IconButton } from './icon.button.js';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** A question: small, and without a cross. */
  isQuestion?: boolean;
}

/** A modal dialog for as long as it is rendered. The browser's own: it keeps the focus inside and gives it back. */
export function Dialog({ title, onClose, children, isQuestion = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // A dialog with a field was opened to type, or to search.
    element?.querySelector('input')?.focus();
    return () => element?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the dialog's own key
    <dialog
      ref={dialog}
      class={isQuestion ? 'dialog dialog-question' : 'dialog'}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => {
        // Outside of its box is the backdrop.
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-box">
        <div class="dialog-header">
          <h2 id={id}>{title}</h2>
          {!isQuestion && <IconButton icon="close" label={t('action.close')} onClick={onClose} />}
        </div>
        {children}
      </div>
    </dialog>
  );
}
