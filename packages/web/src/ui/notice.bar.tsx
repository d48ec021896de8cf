import { hideNotice, notice } from '../state/notices.js';
import { t } from '../text/text.js';
import { IconButton } from './icon.button.js';

/** The one notice at the edge of the screen; read out when it comes. */
export function NoticeBar() {
  const shown = notice.value;
  return (
    <div class="notice-place" role="status">
      {shown !== null && (
        <div class="notice">
          <span>{shown.text}</span>
          {shown.action !== undefined && (
            <button
              type="button"
              class="text-button"
              onClick={() => {
                hideNotice();
                shown.action?.run();
              }}
            >
              {shown.action.label}
            </button>
          )}
          <IconButton icon="close" label={t('action.close')} onClick={hideNotice} />
        </div>
      )}
    </div>
  );
}
