import type { User } from '@parley/protocol';
import { useSignal } from '@preact/signals';
import { client } from '../state/client.js';
import { showNotice } from '../state/notices.js';
import { describeError } from '../text/error.text.js';
import { t } from '../text/text.js';
import { shrinkPicture } from './picture.file.js';

/** Gives oneself a face, and takes it away again; both at once, without the form beside it. */
export function PictureChoice({ me }: { me: User }) {
  const isBusy = useSignal(false);
  const hasPicture = me.profilePicture !== '';

  async function save(change: Promise<unknown>, done: string): Promise<void> {
    isBusy.value = true;
    try {
      await change;
      showNotice({ text: done });
    } catch (error) {
      showNotice({ text: describeError(error) });
    } finally {
      isBusy.value = false;
    }
  }

  async function choose(file: File): Promise<void> {
    const picture = await shrinkPicture(file).catch(() => null);
    if (picture === null) showNotice({ text: t('profile.pictureBad') });
    else await save(client.account.setPicture(picture), t('profile.pictureSaved'));
  }

  return (
    <div class="picture-choice" aria-busy={isBusy.value}>
      <label class="button button-quiet picture-file">
        <input
          class="visually-hidden"
          type="file"
          accept="image/*"
          disabled={isBusy.value}
          onChange={(event) => {
            const input = event.currentTarget;
            const file = input.files?.[0];
            // The same file chosen again is a choice, too.
            input.value = '';
            if (file !== undefined) void choose(file);
          }}
        />
        {t(hasPicture ? 'profile.changePicture' : 'profile.addPicture')}
      </label>
      {hasPicture && (
        <button
          type="button"
          class="button button-quiet"
          aria-disabled={isBusy.value}
          onClick={() => {
            if (isBusy.peek()) return;
            void save(client.account.updateProfile({ profilePicture: '' }), t('profile.pictureRemoved'));
          }}
        >
          {t('profile.removePicture')}
        </button>
      )}
    </div>
  );
}
