import { client } from '../state/client.js';
import { showNotice } from '../state/notices.js';
import { t } from '../text/text.js';
import { Field } from '../ui/field.js';
import { useSubmission } from '../ui/submission.js';
import { Section } from './section.js';

function check({ currentPassword = '', newPassword = '' }: Record<string, string>): Record<string, string> {
  return {
    ...(currentPassword === '' && { currentPassword: t('field.required') }),
    ...([...newPassword].length < 8 && { newPassword: t('field.password') }),
  };
}

/** A new password; every other device is signed out by it. */
export function PasswordSection({ username }: { username: string }) {
  const { submit, isBusy, failure, issues } = useSubmission(
    async ({ currentPassword = '', newPassword = '' }, form) => {
      await client.account.changePassword({ currentPassword, newPassword });
      form.reset();
      showNotice({ text: t('secret.saved') });
    },
    check,
  );
  return (
    <Section title={t('secret.title')}>
      <form onSubmit={submit} noValidate class="settings-form">
        {/* For password managers, which keep a password by its name. */}
        <input
          class="visually-hidden"
          autocomplete="username"
          value={username}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <Field
          name="currentPassword"
          type="password"
          label={t('secret.current')}
          autocomplete="current-password"
          error={issues.value['currentPassword']}
        />
        <Field
          name="newPassword"
          type="password"
          label={t('secret.next')}
          hint={t('password.hint')}
          autocomplete="new-password"
          error={issues.value['newPassword']}
        />
        <p class="form-failure" role="alert">
          {failure.value}
        </p>
        <button class="button" type="submit" aria-disabled={isBusy.value}>
          {t('secret.save')}
        </button>
      </form>
    </Section>
  );
}
