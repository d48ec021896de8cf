import type { User } from '@parley/protocol';
import { t } from '../text/text.js';
import { formatDate } from '../text/time.format.js';
import { Avatar } from '../ui/avatar.js';
import { Dialog } from '../ui/dialog.js';
import { describePresence } from './presence.text.js';

/** What somebody says of themselves. */
export function PersonDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const name = user.name || user.username;
  return (
    <Dialog title={t('person.title')} onClose={onClose}>
      <div class="person-card">
        <Avatar user={user} size="large" />
        <p class="person-card-name" dir="auto">
          {name}
        </p>
        <p class="person-card-note">
          <bdi>@{user.username}</bdi> · {describePresence(user.id).text}
        </p>
        {user.bio !== '' && (
          <p class="person-card-bio" dir="auto">
            {user.bio}
          </p>
        )}
        <p class="person-card-note">{t('person.since', { when: formatDate(user.createdAt) })}</p>
      </div>
    </Dialog>
  );
}
