import type { PresenceStatus, User } from '@parley/protocol';
import { useSignal } from '@preact/signals';
import { client } from '../state/client.js';
import { preferences } from '../state/preferences.js';
import { settledStatus } from '../state/settled.status.js';
import { t } from '../text/text.js';
import { Icon } from './icon.js';

const TINTS = 8;

type Size = 'small' | 'medium' | 'large';

/** The same person has the same tint everywhere. */
function tintOf(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) % 9_973;
  return sum % TINTS;
}

/** The first letters of the first and the last word; whole characters, whatever the script. */
function initialsOf(name: string): string {
  const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const first = (word: string) => [...segments.segment(word)][0]?.segment ?? '';
  const words = name
    .trim()
    .split(/[\s._-]+/)
    .filter(Boolean);
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  return (first(words[0] ?? '') + first(last)).toLocaleUpperCase();
}

/** Whether a picture may be asked for: from this server always, from elsewhere when the person wants that. */
function isShown(picture: string): boolean {
  if (picture === '') return false;
  if (preferences.value.showsForeignPictures) return true;
  return URL.canParse(picture, location.href) && new URL(picture, location.href).origin === location.origin;
}

/** What an avatar shows of a person. */
type Person = Pick<User, 'id' | 'name' | 'username' | 'profilePicture'>;

/** A person's picture or initials; beside their name, so it has no name of its own. */
export function Avatar({ user, size = 'medium' }: { user: Person | null; size?: Size }) {
  const broken = useSignal('');
  const picture = user?.profilePicture ?? '';
  const hasPicture = isShown(picture) && broken.value !== picture;
  return (
    <span class={`avatar avatar-${size} tint-${tintOf(user?.id ?? '')}`} aria-hidden="true">
      {hasPicture ? (
        <img
          src={picture}
          alt=""
          loading="lazy"
          decoding="async"
          referrerpolicy="no-referrer"
          onError={() => {
            broken.value = picture;
          }}
        />
      ) : (
        initialsOf(user?.name || user?.username || '?')
      )}
    </span>
  );
}

/** The sign of a room. */
export function RoomAvatar({ size = 'medium' }: { size?: Size }) {
  return (
    <span class={`avatar avatar-${size} avatar-room`} aria-hidden="true">
      <Icon name="people" size={size === 'small' ? 16 : 22} />
    </span>
  );
}

interface PresentAvatarProps {
  user: Person;
  size?: Size;
  /** For oneself, of whom the server says nothing. */
  status?: PresenceStatus;
}

/** A person's avatar with a dot that says whether they are there. */
export function PresentAvatar({ user, size = 'medium', status }: PresentAvatarProps) {
  // Without a connection nobody knows who is there.
  const isBlind = settledStatus.value === 'offline';
  const shown = isBlind ? 'offline' : (status ?? client.presence.of(user.id).value.status);
  return (
    <span class="avatar-frame">
      <Avatar user={user} size={size} />
      {shown !== 'offline' && (
        <span class={`presence-dot presence-${shown}`}>
          <span class="visually-hidden">{t(`presence.${shown}`)}</span>
        </span>
      )}
    </span>
  );
}
