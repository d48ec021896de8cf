import type { User } from '@parley/protocol';
import { client } from '../state/client.js';
import { showNotice } from '../state/notices.js';
import { chooseStatus, ownStatus } from '../state/own.status.js';
import { describeError } from '../text/error.text.js';
import { t } from '../text/text.js';
import { Avatar } from '../ui/avatar.js';
import { Field } from '../ui/field.js';
import { useSubmission } from '../ui/submission.js';
import { PictureChoice } from './picture.choice.js';
import { Section } from './section.js';

const statuses = ['online', 'away', 'busy', 'offline'] as const;

/** What others see of one. */
export function ProfileSection({ me }: { me: User }) {
  const { submit, isBusy, failure, issues } = useSubmission(async (fields) => {
    const { name = '', username = '', email = '', bio = '' } = fields;
    await client.account.updateProfile({
      name: name.trim(),
      username: username.trim(),
      bio: bio.trim(),
      ...(email.trim() !== '' && { email: email.trim() }),
    });
    showNotice({ text: t('profile.saved') });
  });
  const wrong = issues.value;
  return (
    <Section title={t('profile.title')}>
      <div class="profile-head">
        <Avatar user={me} size="large" />
        <div>
          <p class="profile-name" dir="auto">
            {me.name || me.username}
          </p>
          <p class="profile-note">@{me.username}</p>
        </div>
        <StatusChoice />
      </div>
      <PictureChoice me={me} />
      <form onSubmit={submit} noValidate class="settings-form">
        <Field
          name="name"
          label={t('profile.name')}
          defaultValue={me.name}
          autocomplete="name"
          error={wrong['name']}
        />
        <Field
          name="username"
          label={t('register.username')}
          defaultValue={me.username}
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          error={wrong['username']}
        />
        <Field
          key={me.email}
          name="email"
          type="email"
          label={t('register.email')}
          defaultValue={me.email ?? ''}
          autocomplete="email"
          error={wrong['email']}
        />
        <Field name="bio" label={t('profile.bio')} defaultValue={me.bio} isLong error={wrong['bio']} />
        <p class="form-failure" role="alert">
          {failure.value}
        </p>
        <button class="button" type="submit" aria-disabled={isBusy.value}>
          {t('profile.save')}
        </button>
      </form>
    </Section>
  );
}

function StatusChoice() {
  return (
    <label class="status-choice">
      <span class="visually-hidden">{t('presence.label')}</span>
      <select
        class="select"
        value={ownStatus.value}
        onChange={(event) => {
          const chosen = statuses.find((each) => each === event.currentTarget.value);
          if (chosen === undefined) return;
          chooseStatus(chosen).catch((error: unknown) => showNotice({ text: describeError(error) }));
        }}
      >
        {statuses.map((each) => (
          <option key={each} value={each}>
            {t(each === 'offline' ? 'presence.invisible' : `presence.${each}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
