import { useSignal } from '@preact/signals';
import { describeError } from '../text/error.text.js';
import { t } from '../text/text.js';
import { Dialog } from '../ui/dialog.js';

interface DeleteDialogProps {
  scope: 'everyone' | 'me';
  onDelete: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks before something is gone. */
export function DeleteDialog({ scope, onDelete, onClose }: DeleteDialogProps) {
  const failure = useSignal('');
  return (
    <Dialog title={t('message.deleteTitle')} onClose={onClose} isQuestion>
      <p>{t(scope === 'everyone' ? 'message.deleteAllText' : 'message.deleteMeText')}</p>
      <p class="form-failure" role="alert">
        {failure.value}
      </p>
      <div class="dialog-actions">
        <button type="button" class="button button-quiet" onClick={onClose}>
          {t('action.cancel')}
        </button>
        <button
          type="button"
          class="button button-grave"
          onClick={() => {
            onDelete().then(onClose, (error: unknown) => {
              failure.value = describeError(error);
            });
          }}
        >
          {t('action.delete')}
        </button>
      </div>
    </Dialog>
  );
}
