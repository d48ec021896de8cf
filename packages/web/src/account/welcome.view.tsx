import { useEffect } from 'preact/hooks';
import { client } from '../state/client.js';
import { followLink, go, route } from '../state/route.js';
import { t } from '../text/text.js';
import { Brand } from '../ui/brand.js';
import { Field } from '../ui/field.js';
import { useSubmission } from '../ui/submission.js';

/** What nobody has to ask the server for. */
function checkAccount(fields: Record<string, string>): Record<string, string> {
  const { username = '', email = '', password = '' } = fields;
  const wrong: Record<string, string> = {};
  if (!/^[A-Za-z0-9._-]{2,32}$/.test(username.trim())) wrong['username'] = t('field.username');
  if (!/^\S+@\S+\.\S+$/.test(email.trim())) wrong['email'] = t('field.email');
  if ([...password].length < 8) wrong['password'] = t('field.password');
  return wrong;
}

function checkCredentials(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      value.trim() === '' ? [[name, t('field.required')]] : [],
    ),
  );
}

/** The door: an account is made, or signed in to. */
export function WelcomeView({ isOpening }: { isOpening: boolean }) {
  const isNew = route.value.view === 'register';
  const title = t(isNew ? 'register.title' : 'signIn.title');
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title]);
  return (
    <div class="welcome">
      <aside class="welcome-side" aria-hidden="true">
        <Scene />
        <p class="welcome-claim">{t('welcome.title')}</p>
        <p class="welcome-text">{t('welcome.text')}</p>
      </aside>
      <main class="welcome-main">
        <div class="welcome-form" aria-busy={isOpening}>
          <p class="welcome-brand">
            <Brand size={40} /> <span>{t('app.name')}</span>
          </p>
          <h1>{title}</h1>
          {isNew ? <RegisterForm key="register" /> : <SignInForm key="sign-in" />}
          <p class="welcome-other">
            {t(isNew ? 'register.other' : 'signIn.other')}{' '}
            <a href={isNew ? '/' : '/register'} onClick={followLink}>
              {t(isNew ? 'signIn.submit' : 'register.submit')}
            </a>
          </p>
        </div>
      </main>
    </div>
  );
}

function SignInForm() {
  const { submit, isBusy, failure, issues } = useSubmission(async ({ identifier = '', password = '' }) => {
    await client.account.login({ identifier: identifier.trim(), password });
  }, checkCredentials);
  return (
    <form onSubmit={submit} noValidate>
      <Failure text={failure.value} />
      <Field
        name="identifier"
        label={t('signIn.identifier')}
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        error={issues.value['identifier']}
      />
      <Field
        name="password"
        type="password"
        label={t('password.label')}
        autocomplete="current-password"
        error={issues.value['password']}
      />
      <button class="button button-wide" type="submit" aria-disabled={isBusy.value}>
        {t('signIn.submit')}
      </button>
    </form>
  );
}

function RegisterForm() {
  const { submit, isBusy, failure, issues } = useSubmission(
    async ({ username = '', email = '', password = '' }) => {
      await client.account.register({ username: username.trim(), email: email.trim(), password });
      go('/', { replaces: true });
    },
    checkAccount,
  );
  return (
    <form onSubmit={submit} noValidate>
      <Failure text={failure.value} />
      <Field
        name="username"
        label={t('register.username')}
        hint={t('register.usernameHint')}
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        error={issues.value['username']}
      />
      <Field
        name="email"
        type="email"
        label={t('register.email')}
        autocomplete="email"
        error={issues.value['email']}
      />
      <Field
        name="password"
        type="password"
        label={t('password.label')}
        hint={t('password.hint')}
        autocomplete="new-password"
        error={issues.value['password']}
      />
      <button class="button button-wide" type="submit" aria-disabled={isBusy.value}>
        {t('register.submit')}
      </button>
    </form>
  );
}

function Failure({ text }: { text: string }) {
  return (
    <p class="form-failure" role="alert">
      {text}
    </p>
  );
}

/** A conversation without words, for wide screens. */
function Scene() {
  return (
    <svg class="welcome-scene" viewBox="0 0 360 250" fill="none" aria-hidden="true">
      <rect x="20" y="16" width="196" height="62" rx="24" class="scene-theirs" />
      <rect x="44" y="36" width="120" height="8" rx="4" class="scene-line" />
      <rect x="44" y="52" width="84" height="8" rx="4" class="scene-line" />
      <rect x="128" y="94" width="212" height="62" rx="24" class="scene-own" />
      <rect x="152" y="114" width="142" height="8" rx="4" class="scene-line" />
      <rect x="152" y="130" width="98" height="8" rx="4" class="scene-line" />
      <path d="M296 134l6 6 12-12M306 138l2 2 12-12" class="scene-tick" />
      <rect x="20" y="172" width="104" height="56" rx="24" class="scene-theirs" />
      <circle cx="52" cy="200" r="6" class="scene-dot scene-dot-1" />
      <circle cx="72" cy="200" r="6" class="scene-dot scene-dot-2" />
      <circle cx="92" cy="200" r="6" class="scene-dot scene-dot-3" />
    </svg>
  );
}
