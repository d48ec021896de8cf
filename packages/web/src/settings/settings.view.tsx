import type { User } from '@parley/protocol';
import { useEffect } from 'preact/hooks';
import { client } from '../state/client.js';
import { forgetDrafts } from '../state/drafts.js';
import { showNotice } from '../state/notices.js';
import { followLink, go } from '../state/route.js';
import { useViewTitle } from '../state/view.title.js';
import { describeError } from '../text/error.text.js';
import { t } from '../text/text.js';
import { Icon } from '../ui/icon.js';
import { AppearanceSection } from './appearance.section.js';
import { DevicesSection } from './devices.section.js';
import { PasswordSection } from './password.section.js';
import { ProfileSection } from './profile.section.js';
import './settings.css';

function signOut(all: boolean): void {
  client.account
    .logout({ all })
    .then(() => {
      forgetDrafts();
      go('/', { replaces: true });
    })
    .catch((error: unknown) => showNotice({ text: describeError(error) }));
}

/** Everything about oneself and this device. Loaded when it is first opened. */
export default function SettingsView({ me }: { me: User }) {
  useViewTitle(t('settings.title'));
  useEffect(() => {
    // The e-mail address is in one's own profile only, and another device may have changed something.
    client.account.profile().catch(() => undefined);
  }, []);
  return (
    <section class="pane" aria-label={t('settings.title')}>
      <header class="pane-header">
        <a
          class="icon-button pane-back"
          href="/"
          onClick={followLink}
          aria-label={t('settings.back')}
          title={t('settings.back')}
        >
          <Icon name="back" />
        </a>
        <div class="pane-title">
          <h1>{t('settings.title')}</h1>
        </div>
      </header>
      <div class="settings">
        <ProfileSection me={me} />
        <AppearanceSection />
        <PasswordSection username={me.username} />
        <DevicesSection />
        <div class="settings-end">
          <button type="button" class="button button-quiet" onClick={() => signOut(false)}>
            <Icon name="leave" size={18} /> {t('account.signOut')}
          </button>
          <button type="button" class="button button-quiet" onClick={() => signOut(true)}>
            {t('account.signOutAll')}
          </button>
        </div>
      </div>
    </section>
  );
}
